import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { attemptUntilSettled } from "../../../engine/deliveries/attempts.ts";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../engine/errors/retryable-error.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  vi.spyOn(Math, "random").mockReturnValue(1);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** When the attempts begin, in seconds from the first, while all of them fail. */
async function beginnings(failure = new RetryableError("down")): Promise<number[]> {
  const begun: number[] = [];
  const first = Date.now();
  const settled = attemptUntilSettled(async () => {
    begun.push(Math.round((Date.now() - first) / 100) / 10);
    throw failure;
  });
  settled.catch(() => {});
  await vi.runAllTimersAsync();
  await expect(settled).rejects.toBe(failure);
  return begun;
}

describe("attempts at what is down", () => {
  it("are five, ever further apart", async () => {
    expect(await beginnings()).toEqual([0, 0.4, 1.2, 2.8, 6]);
  });

  it("keep to the time that the destination asked for, up to 20 s", async () => {
    const later = (retryAfterMs: number): RetryableError => new RetryableError("busy", { retryAfterMs });
    expect(await beginnings(later(5_000))).toEqual([0, 5, 10, 15, 20]);
    expect(await beginnings(later(3_600_000))).toEqual([0, 20, 40, 60, 80]);
  });
});

it("what is refused for good is tried once", async () => {
  const refused = new PermanentError("no");
  let attempts = 0;
  const settled = attemptUntilSettled(async () => {
    attempts += 1;
    throw refused;
  });
  await expect(settled).rejects.toBe(refused);
  expect(attempts).toBe(1);
});
