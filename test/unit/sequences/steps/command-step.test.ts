import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { JobNotStartedError } from "../../../../engine/jobs/job-not-started-error.ts";
import type { Job, JobEnd } from "../../../../engine/jobs/runner.ts";
import type { CommandModule } from "../../../../engine/sequences/book.ts";
import { doCommand } from "../../../../engine/sequences/steps/command-step.ts";
import type { Done } from "../../../../engine/sequences/steps/done.ts";
import type { StepWork } from "../../../../engine/sequences/steps/step-work.ts";
import { readyStep } from "./ready-step.ts";

const MODULE: CommandModule = {
  kind: "command",
  name: "clean",
  command: ["python3", "./clean.py", "--fast"],
  files: new Map([["clean.py", "/app/modules/clean.py"]]),
};
const EXITED: JobEnd = { how: "exited", exitCode: 0, output: "ok\n", durationMs: 5 };

/** Does a step of that module whose job ends so. */
async function done(
  step: object,
  how: JobEnd | Error = EXITED,
  module = MODULE,
): Promise<{ end: Done; job: Job | undefined }> {
  let job: Job | undefined;
  const work: Parameters<typeof doCommand>[0] = {
    book: { confFile: (name: string) => `/app/etl_sequences/${name}` } as StepWork["book"],
    jobs: {
      async run(given) {
        job = given;
        if (how instanceof Error) throw how;
        return how;
      },
    },
  };
  const ready = await readyStep({ module_name: "clean", ...step });
  const end = await doCommand(work, module, ready, new AbortController().signal, () => {});
  return { end, job };
}

describe("the job of a step whose module is a command", () => {
  it("is what the module says, then what the step has, then its own arguments", async () => {
    const { job } = await done(
      { input: "/var/etl/a.csv", output: "b.csv", conf: "rules.json", args: ["--input", "x"], timeout: 7 },
      { ...EXITED, kept: ["b.csv"] },
    );
    expect(job).toMatchObject({
      account: "sequence|r1",
      command: [...MODULE.command, "--input", "./var/etl/a.csv", "--output", "./b.csv"].concat([
        "--config",
        "./rules.json",
        "--input",
        "x",
      ]),
      limits: { timeMs: 7_000, memoryBytes: 512 * 1024 ** 2, outputBytes: 64 * 1024 ** 2 },
    });
    expect([...(job?.bring?.keys() ?? [])].toSorted()).toEqual(["clean.py", "rules.json", "var/etl/a.csv"]);
    expect([...(job?.keep?.keys() ?? [])]).toEqual(["b.csv"]);
  });

  it("has no argument that the step names nothing for", async () => {
    expect((await done({})).job?.command).toEqual(MODULE.command);
  });

  it("has its arguments as they are, whatever they are", async () => {
    const texts = fc.array(fc.string({ unit: "binary" }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(texts, async (args) => {
        expect((await done({ args })).job?.command).toEqual([...MODULE.command, ...args]);
      }),
      { numRuns: 20 },
    );
  });

  it("is brought a configuration that stands in the sequence as a file", async () => {
    const { job } = await done({ conf: { a: ["ñ"] } });
    expect(JSON.parse(await readFile(job?.bring?.get("conf.json") ?? "", "utf8"))).toEqual({ a: ["ñ"] });
  });

  it.each([
    [{ input: "/clean.py" }, "its input would take the place of ./clean.py, which it is given"],
    [{ conf: "clean.py" }, "its configuration would take the place of ./clean.py, which it is given"],
    [{ input: "a.json", conf: "a.json" }, "its input would take the place of ./a.json, which it is given"],
    [{ output: "clean.py" }, "its output would take the place of ./clean.py, which it is given"],
    [{ input: "a.csv", output: "./a.csv" }, "its output would take the place of ./a.csv, which it is given"],
  ])("is not begun where two of its files would be one: %j", async (step, reason) => {
    await expect(done(step)).rejects.toThrow(new PermanentError(reason));
  });

  it("may name a configuration that its module brings already", async () => {
    const files = new Map([["rules.json", "/app/etl_sequences/rules.json"]]);
    const { end } = await done({ conf: "rules.json" }, EXITED, { ...MODULE, files });
    expect(end.how).toBe("done");
  });
});

describe("how a step ended whose module is a command", () => {
  const ended = { exitCode: null, output: "so far", durationMs: 5 } as const;
  const endings: [JobEnd, Partial<Done> & { retryable?: boolean; reason?: string }][] = [
    [EXITED, { how: "done", exitCode: 0, log: "ok\n" }],
    [
      { ...EXITED, exitCode: 2 },
      { how: "failed", retryable: true, reason: "it ended with exit code 2" },
    ],
    [
      { ...ended, how: "exited", reason: "SIGKILL ended it" },
      { how: "failed", retryable: true, reason: "SIGKILL ended it", exitCode: null },
    ],
    [
      { ...ended, how: "timed-out", reason: "it ran longer than 598765 milliseconds" },
      { how: "failed", retryable: true, reason: "it ran longer than 10 minutes", log: "so far" },
    ],
    [
      { ...ended, how: "out-of-memory", reason: "it had more than 512 MiB" },
      { how: "failed", retryable: true, reason: "it had more than 512 MiB" },
    ],
    [
      { ...ended, how: "too-much-output", reason: "it printed more than 64 MiB" },
      { how: "failed", retryable: true, reason: "it printed more than 64 MiB" },
    ],
    [
      { ...ended, how: "cancelled" },
      { how: "cancelled", reason: "it was cancelled", log: "so far" },
    ],
  ];
  it.each(endings)("as its job did: %j", async (how, expected) => {
    expect((await done({}, how)).end).toMatchObject(expected);
  });

  it("as failed for good where its job could not be started", async () => {
    const { end } = await done({}, new JobNotStartedError("python3 is not here"));
    expect(end).toMatchObject({
      how: "failed",
      retryable: false,
      reason: "it could not be started: python3 is not here",
    });
  });

  it("as nobody knows where something else failed", async () => {
    await expect(done({}, new Error("a fault of ours"))).rejects.toThrow("a fault of ours");
  });

  it("as failed for good where it says that it wrote and did not", async () => {
    const { end } = await done({ output: "a.csv" }, { ...EXITED, kept: [] });
    expect(end).toMatchObject({
      how: "failed",
      retryable: false,
      reason: "it ended with 0 and wrote no output",
    });
  });
});
