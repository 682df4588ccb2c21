import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { eventually } from "../flows/kit/patience.ts";
import { stepDesk } from "./step-desk.ts";

/** Says what it got, copies its input to its output in capitals. */
const COPY = `echo "called with $*"
while [ $# -gt 0 ]; do case "$1" in --input) i=$2;; --output) o=$2;; esac; shift 2; done
tr a-z A-Z < "$i" > "$o"`;

describe("a step whose module is a command", () => {
  it("reads what a step before wrote, and what it writes is kept with its hash", async () => {
    const desk = await stepDesk();
    await desk.script("copy", COPY);
    const raw = await desk.artifact("/var/etl/raw file.csv", "a,b\n");
    const end = await desk.run(
      {
        module_name: "copy",
        input: "var/etl/raw file.csv",
        output: "/var/etl/clean.csv",
        conf: { trim: true },
      },
      { artifacts: new Map([[raw.path, raw]]), index: 3, attempt: 2 },
    );
    expect(end).toMatchObject({
      status: "succeeded",
      exitCode: 0,
      command: [
        "bash",
        "./copy.sh",
        "--input",
        "./var/etl/raw file.csv",
        "--output",
        "./var/etl/clean.csv",
        "--config",
        "./conf.json",
      ],
      log: "called with --input ./var/etl/raw file.csv --output ./var/etl/clean.csv --config ./conf.json\n",
      artifact: { path: "/var/etl/clean.csv", bytes: 4 },
    });
    expect(end.artifact?.blob).toMatch(/^sequences\/.+\/3-2$/);
    expect(end.artifact?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await desk.text(end.artifact)).toBe("A,B\n");
    expect(await desk.leftovers()).toEqual([]);
  });

  it("finds its configuration beside it, as a file or as it stands in the sequence", async () => {
    const desk = await stepDesk();
    await desk.script("show", 'cat "$2"');
    await desk.conf("history.json", '["from a file"]');
    expect((await desk.run({ module_name: "show", conf: "history.json" })).log).toBe('["from a file"]');
    expect(JSON.parse((await desk.run({ module_name: "show", conf: { a: ["b"] } })).log)).toEqual({
      a: ["b"],
    });
    expect(await desk.run({ module_name: "show", conf: "missing.json" })).toMatchObject({
      status: "failed",
      retryable: false,
      reason: "there is no file missing.json beside the sequences",
    });
  });

  it("sees which run, step and attempt it is, its parameters, and nothing else of ours", async () => {
    const desk = await stepDesk();
    await desk.script("env", "env | sort");
    const { log } = await desk.run(
      { module_name: "env" },
      { run: "r1", index: 2, attempt: 3, parameters: { day: "2026-03-01; $(id)" } },
    );
    const names = log.split("\n").flatMap((line) => line.split("=")[0] ?? []);
    expect(names.filter((name) => name.startsWith("CAUDAL_"))).toEqual([
      "CAUDAL_ATTEMPT",
      "CAUDAL_IDEMPOTENCY_KEY",
      "CAUDAL_PARAMETERS",
      "CAUDAL_RUN",
      "CAUDAL_SEQUENCE",
      "CAUDAL_STEP",
    ]);
    expect(log).toContain("CAUDAL_IDEMPOTENCY_KEY=r1:2\n");
    expect(log).toContain('CAUDAL_PARAMETERS={"day":"2026-03-01; $(id)"}\n');
    const usual = ["HOME", "LANG", "PATH", "PWD", "SHLVL", "TMPDIR", "_", ""];
    expect(names.filter((name) => !name.startsWith("CAUDAL_") && !usual.includes(name))).toEqual([]);
  });

  it("gets arguments as they are, whatever a shell would make of them", async () => {
    const desk = await stepDesk();
    await desk.script("args", "console.log(JSON.stringify(process.argv.slice(2)))", "mjs");
    const args = [
      "a b",
      `"x" 'y'`,
      "; rm -rf /",
      "$(id) `id` $HOME",
      "two\nlines",
      "",
      "--input",
      "ñ🙂",
      "*",
    ];
    expect(JSON.parse((await desk.run({ module_name: "args", args })).log)).toEqual(args);
  });

  it.each([
    ["ends with another code", "echo sorry >&2; exit 3", true, "it ended with exit code 3"],
    ["takes too long", "sleep 60", true, "it ran longer than 1 second"],
    ["ends with 0 and writes nothing", "exit 0", false, "it ended with 0 and wrote no output"],
    [
      "leaves a link instead",
      'mkdir -p o; ln -s /etc/passwd "$2"',
      false,
      "it ended with 0 and wrote no output",
    ],
  ])("fails where it %s", async (_how, text, retryable, reason) => {
    const desk = await stepDesk();
    await desk.script("fail", text);
    const end = await desk.run({ module_name: "fail", output: "out.csv", timeout: 1 });
    expect(end).toMatchObject({ status: "failed", retryable });
    expect(end.reason?.startsWith(reason)).toBe(true);
    expect(await desk.leftovers()).toEqual([]);
  });

  it("ends with its process when it is cancelled, and tells what it printed while it works", async () => {
    const desk = await stepDesk();
    await desk.script("slow", 'echo "at work in $PWD"; sleep 60');
    const control = new AbortController();
    const heard: string[] = [];
    const running = desk.run(
      { module_name: "slow" },
      { signal: control.signal, hear: (log) => heard.push(log) },
    );
    await eventually(() => expect(heard.join("")).toContain("at work"));
    control.abort();
    expect(await running).toMatchObject({ status: "cancelled", exitCode: null });
    const [, place = ""] = /at work in (\S+)/.exec(heard.join("")) ?? [];
    expect([place === "", existsSync(place)]).toEqual([false, false]);
  });

  it("shows no secret in what it printed, while it works or after", async () => {
    const desk = await stepDesk();
    desk.secrets.add("hunter2");
    await desk.script("leak", 'echo "the password is hunter2"; sleep 2; exit 4');
    const heard: string[] = [];
    const end = await desk.run(
      { module_name: "leak", args: ["hunter2"] },
      { hear: (log) => heard.push(log) },
    );
    expect(JSON.stringify([end, heard])).not.toContain("hunter2");
    expect(heard.join("")).toContain("the password is [redacted]");
  });

  it("is the error handler, and reads what failed", async () => {
    const desk = await stepDesk();
    await desk.script("handle", 'cat "$2"');
    const failure = { run: "r", step: 1, reason: "exit code 3" };
    const { status, log } = await desk.run({ module_name: "handle" }, { index: "error_handler", failure });
    expect([status, JSON.parse(log)]).toEqual(["succeeded", failure]);
  });
});
