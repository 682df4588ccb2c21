import { expect, it } from "vitest";
import { newestDue } from "../../../../../engine/sequences/runs/triggers/newest-due.ts";

const at = (text: string): number => Date.parse(`${text}Z`);

it.each([
  [
    "one that is now",
    "0 0 10 * * *",
    "2026-01-05T09:59:59",
    "2026-01-05T10:00:00.400",
    "2026-01-05T10:00:00",
  ],
  ["none that was seen to", "0 0 10 * * *", "2026-01-05T10:00:00", "2026-01-05T10:00:00.999", undefined],
  ["none to come", "0 0 10 * * *", "2026-01-05T08:00:00", "2026-01-05T09:59:59.999", undefined],
  [
    "the newest of many",
    "0 */5 * * * *",
    "2025-01-05T10:00:00",
    "2026-01-05T10:07:00",
    "2026-01-05T10:05:00",
  ],
  [
    "one of every second",
    "* * * * * *",
    "2024-01-05T10:00:00",
    "2026-01-05T10:07:00.1",
    "2026-01-05T10:07:00",
  ],
  [
    "both days must match",
    "0 0 0 13 * 5",
    "2024-01-01T00:00:00",
    "2026-01-20T00:00:00",
    "2025-06-13T00:00:00",
  ],
  ["a leap day", "0 0 0 29 2 *", "2023-01-01T00:00:00", "2026-01-20T00:00:00", "2024-02-29T00:00:00"],
  ["a day that never comes", "0 0 0 31 2 *", "2023-01-01T00:00:00", "2026-01-20T00:00:00", undefined],
])("%s", (_what, schedule, since, now, due) => {
  const time = newestDue(schedule, at(since), at(now));
  expect(time).toBe(due === undefined ? undefined : at(due));
});

it("five fields are none", () => {
  expect(() => newestDue("0 10 * * *", 0, Date.UTC(2026, 0, 5))).toThrow("6 parts");
});
