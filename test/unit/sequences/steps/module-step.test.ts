import { mkdir, symlink } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { defineModule, type ModuleRun } from "../../../../engine/define/module.ts";
import { OUTPUT_KEPT } from "../../../../engine/jobs/runner.ts";
import type { Done } from "../../../../engine/sequences/steps/done.ts";
import { doModule } from "../../../../engine/sequences/steps/module-step.ts";
import { readyStep } from "./ready-step.ts";

interface Doing {
  readonly end: Promise<Done>;
  readonly heard: string[];
  readonly cancel: AbortController;
}

/** Does a step of a module that runs so, and has 50 milliseconds to heed its signal. */
async function doing(
  run: (run: ModuleRun<object>) => Promise<void>,
  step: object = {},
  timeMs = 60_000,
  cancel = new AbortController(),
): Promise<Doing> {
  const module = defineModule({ name: "works", config: z.strictObject({}), run });
  const ready = { ...(await readyStep({ module_name: "works", ...step })), timeMs };
  const heard: string[] = [];
  const hear = (log: string): void => void heard.push(log);
  const book = { confFile: (): undefined => undefined };
  return { end: doModule(book, module, ready, cancel.signal, hear, 50), heard, cancel };
}

describe("a module in TypeScript that does not heed its signal", () => {
  it("is left behind when it is cancelled, which its log says; what it prints later is nobody's", async () => {
    const gate = Promise.withResolvers<void>();
    const printed = Promise.withResolvers<void>();
    const { end, heard, cancel } = await doing(async ({ log }) => {
      await gate.promise;
      log("still here");
      printed.resolve();
      throw new Error("whom does it concern?");
    });
    cancel.abort();
    const { how, log } = await end;
    expect(how).toBe("cancelled");
    expect(log).toBe("it did not heed its signal for 50 milliseconds, and was left behind\n");
    const before = [...heard];
    // So that what it prints would be told: that is done once in a second.
    const now = performance.now();
    const clock = vi.spyOn(performance, "now").mockReturnValue(now + 60_000);
    onTestFinished(() => clock.mockRestore());
    gate.resolve();
    await printed.promise;
    // An unhandled rejection would fail the whole file.
    await new Promise(setImmediate);
    expect(heard).toEqual(before);
  });

  it("is left behind when its time is over, whatever of it was left when it began", async () => {
    const { end } = await doing(() => new Promise(() => {}), { timeout: 30 }, 20);
    expect(await end).toMatchObject({
      how: "failed",
      retryable: true,
      reason: "it ran longer than 30 seconds",
    });
  });
});

describe("a module in TypeScript", () => {
  it("is cancelled where it was before it began", async () => {
    let begun = false;
    const cancel = new AbortController();
    cancel.abort();
    const { end } = await doing(async () => void (begun = true), {}, 60_000, cancel);
    expect(await end).toMatchObject({ how: "cancelled" });
    expect(begun).toBe(false);
  });

  it.each([
    ["a folder", (file: string): Promise<void> => mkdir(file)],
    ["a link", (file: string): Promise<void> => symlink("/etc/passwd", file)],
  ])("wrote no output where %s is there", async (_what, make) => {
    const { end } = await doing(({ output = "" }) => make(output), { output: "a.csv" });
    expect(await end).toMatchObject({ how: "failed", retryable: false, reason: "it wrote no output" });
  });

  it("has its log cut in the middle where it is long", async () => {
    const { end } = await doing(async ({ log }) => {
      log("first");
      for (let line = 0; line < 5_000; line++) log("x".repeat(100));
      log("last");
    });
    const { log } = await end;
    expect(log.startsWith("first\n")).toBe(true);
    expect(log.endsWith("last\n")).toBe(true);
    expect(log).toMatch(/\n\[\d+ bytes left out\]\n/);
    expect(log.length).toBeLessThan(OUTPUT_KEPT + 100);
  });

  it("that throws at once, and nothing that is an error, fails with that", async () => {
    const { end } = await doing(() => {
      // oxlint-disable-next-line only-throw-error -- Modules may be written anyhow.
      throw "no error";
    });
    expect(await end).toMatchObject({ how: "failed", retryable: true, reason: "no error" });
  });
});
