import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineModule } from "../../engine/define/module.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { stepDesk } from "./step-desk.ts";

const config = z.strictObject({ suffix: z.string().default("!") });

describe("a step whose module is written in TypeScript", () => {
  it("gets files, its configuration and who it is, and says what it did", async () => {
    const desk = await stepDesk();
    const seen: unknown[] = [];
    desk.module(
      defineModule({
        name: "shout",
        config,
        async run({ input = "", output = "", config: { suffix }, log, ...rest }) {
          const { signal: _signal, ...facts } = rest;
          seen.push(facts);
          const text = await readFile(input, "utf8");
          log(`read ${text.length}`);
          await writeFile(output, `${text}${suffix}`);
          return { rows: 1 };
        },
      }),
    );
    const artifact = await desk.artifact("/a.txt", "hey");
    const step = { module_name: "shout", input: "/a.txt", output: "/b.txt", conf: { suffix: "?" } };
    const more = { artifacts: new Map([["/a.txt", artifact]]), run: "r", index: 4, parameters: { a: "b" } };
    const end = await desk.run(step, more);
    expect(end).toMatchObject({
      status: "succeeded",
      command: null,
      exitCode: null,
      log: "read 3\n",
      result: { rows: 1 },
      artifact: { path: "/b.txt", bytes: 4 },
    });
    expect(await desk.text(end.artifact)).toBe("hey?");
    const startedAt = "2026-03-01T03:00:00.000Z";
    expect(seen).toEqual([{ parameters: { a: "b" }, idempotencyKey: "r:4", startedAt }]);
  });

  it.each([
    ["throws", () => Promise.reject(new Error("not now")), true, "not now"],
    ["says that it is for good", () => Promise.reject(new PermanentError("never")), false, "never"],
    ["writes no output", async () => {}, false, "it wrote no output"],
  ])("fails where it %s", async (_how, run, retryable, reason) => {
    const desk = await stepDesk();
    desk.module(defineModule({ name: "fails", config, run }));
    const end = await desk.run({ module_name: "fails", output: "a.txt" });
    expect(end).toMatchObject({ status: "failed", retryable, reason });
  });

  it("is told which part of its configuration does not fit", async () => {
    const desk = await stepDesk();
    desk.module(defineModule({ name: "picky", config, run: async () => {} }));
    const end = await desk.run({ module_name: "picky", conf: { suffix: 1, more: 2 } });
    expect(end).toMatchObject({ status: "failed", retryable: false });
    expect(end.reason).toContain("suffix");
    expect(end.reason).toContain("more");
  });

  it("is cancelled, and runs out of time, by its signal", async () => {
    const desk = await stepDesk();
    const run = ({ signal }: { signal: AbortSignal }): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("told to end"))));
    desk.module(defineModule({ name: "waits", config, run }));
    expect(await desk.run({ module_name: "waits", timeout: 1 })).toMatchObject({
      status: "failed",
      retryable: true,
      reason: "it ran longer than 1 second",
    });
    const control = new AbortController();
    const running = desk.run({ module_name: "waits" }, { signal: control.signal });
    control.abort();
    expect(await running).toMatchObject({ status: "cancelled" });
  });

  it("is not there where nobody knows its name", async () => {
    const desk = await stepDesk();
    const end = await desk.run({ module_name: "nobody" });
    expect(end).toMatchObject({ status: "failed", retryable: false, reason: 'there is no module "nobody"' });
  });
});
