import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineModule } from "../../../../engine/define/module.ts";
import { checkSequence } from "../../../../engine/sequences/book/check-sequence.ts";
import { bookWith } from "./app-folder.ts";

const typed = defineModule({
  name: "typed",
  config: z.strictObject({ table: z.string() }),
  input: "required",
  output: "none",
  run: async () => {},
});

/** What is said of a sequence: issues and warnings, each as "path: message". */
async function said(file: unknown, name = "it"): Promise<{ issues: string[]; warnings: string[] }> {
  const { book } = bookWith(
    {
      "modules.json": { copy: { cmd: "./copy.sh" }, bad: { cmd: "./none.sh" } },
      "copy.sh": "",
      "etl_sequences/text.json": "no JSON",
      "etl_sequences/faulty.json": [{ module_name: 3 }],
      "etl_sequences/conf.json": { table: 1 },
      "etl_sequences/first.json": { steps: [{ module_name: "copy" }], after: "it" },
      "etl_sequences/ping.json": { steps: [{ module_name: "copy" }], after: "pong" },
      "etl_sequences/pong.json": { steps: [{ module_name: "copy" }], after: "ping" },
      "etl_sequences/alone.json": [{ module_name: "copy" }],
    },
    [typed],
  );
  const { issues, warnings } = await checkSequence(name, file, book);
  const text = ({ path, message }: { path: string; message: string }): string => `${path}: ${message}`;
  return { issues: issues.map(text), warnings: warnings.map(text) };
}

const copy = (more: object): object => ({ module_name: "copy", ...more });

describe("a sequence that is stored", () => {
  it("has nothing wrong where each step reads what one before wrote", async () => {
    const file = [
      copy({ output: "/var/etl/a.csv" }),
      copy({ input: "var/etl/a.csv", output: "blob://out/b.csv" }),
      copy({ input: "https://x.example/c.csv", output: "c.csv" }),
      { module_name: "typed", input: "./c.csv", conf: { table: "t" } },
    ];
    expect(await said(file)).toEqual({ issues: [], warnings: [] });
  });

  it.each<[string, unknown, string]>([
    ["an unknown module", [{ module_name: "coppy" }], "0.module_name: is no module; did you mean copy?"],
    [
      "a cycle",
      [copy({ input: "b", output: "a" }), copy({ input: "a", output: "b" })],
      "0.input: is written by step 1, which comes later: a cycle",
    ],
    [
      "a step that reads what it writes",
      [copy({ input: "a", output: "a" })],
      "0.input: is what the same step writes: a cycle",
    ],
    [
      "an input that nobody writes",
      [copy({ input: "/var/etl/a.csv" })],
      "0.input: is written by no step before it: ./var/etl/a.csv",
    ],
    [
      "an output of two steps",
      [copy({ output: "a" }), copy({ output: "/a" }), copy({ input: "a" })],
      "1.output: is what step 0 writes already",
    ],
    [
      "a path that leaves the run",
      [copy({ output: "../a" })],
      "0.output: must not leave the folder of its run with ..",
    ],
    [
      "Caudal's own container",
      [copy({ input: "blob://caudal/a" })],
      "0.input: names the container caudal, which is Caudal's own",
    ],
    [
      "a configuration that is not there",
      [copy({ conf: "none.json" })],
      "0.conf: names no file in etl_sequences/: none.json",
    ],
    [
      "one that does not fit",
      [{ module_name: "typed", input: "blob://incoming/a", conf: "conf.json" }],
      "0.conf.table: Invalid input: expected string, received number",
    ],
    [
      "a module without the input that it needs",
      [{ module_name: "typed", conf: { table: "t" } }],
      "0.input: must name a file: typed needs one",
    ],
    [
      "an output of a module that has none",
      [
        {
          module_name: "typed",
          input: "blob://incoming/a",
          output: "blob://incoming/b",
          conf: { table: "t" },
        },
      ],
      "0.output: must be empty: typed has none",
    ],
    [
      "an undeclared parameter",
      { steps: [copy({ args: ["${day}"] })] },
      "steps.0.args: has the parameter day, which the sequence does not declare",
    ],
    [
      "a parameter that a schedule cannot give",
      { steps: [copy({})], parameters: { day: null }, schedule: "0 0 3 * * *" },
      "parameters.day: must have a default: what starts the sequence by itself gives none",
    ],
    [
      "no schedule",
      { steps: [copy({})], schedule: "every day" },
      "schedule: is no NCRONTAB expression of six fields",
    ],
    ["no container", { steps: [copy({})], on_blob: "incoming" }, "on_blob: must be container/prefix"],
    [
      "a sequence that nobody knows",
      { steps: [copy({})], after: "nobody" },
      "after: names no sequence: nobody",
    ],
    [
      "sequences that follow each other",
      { steps: [copy({})], after: "first" },
      "after: comes back to it: it after first after it",
    ],
    [
      "an unknown error handler",
      { steps: [copy({})], error_handler: { module_name: "tell" } },
      "error_handler.module_name: is no module",
    ],
    [
      "a faulty module",
      [{ module_name: "bad" }],
      "0.module_name: is faulty in modules.json: bad: there is no file",
    ],
    [
      "a configuration in the sequence that does not fit",
      [{ module_name: "typed", input: "blob://incoming/a", conf: { table: "t", tabel: 1 } }],
      '0.conf: Unrecognized key: "tabel"',
    ],
    [
      "a configuration that a default spoils",
      {
        parameters: { table: "t" },
        steps: [{ module_name: "typed", input: "blob://incoming/a", conf: { table: "${table}", more: 1 } }],
      },
      'steps.0.conf: Unrecognized key: "more"',
    ],
    [
      "a configuration that is no JSON",
      [{ module_name: "typed", input: "blob://incoming/a", conf: "text.json" }],
      "0.conf: names a file that cannot be used, text.json",
    ],
    [
      "a configuration that is to leave the folder",
      [copy({ conf: "../modules.json" })],
      "0.conf: names no file in etl_sequences/: ../modules.json",
    ],
    [
      "arguments of a module that is no command",
      [{ module_name: "typed", input: "blob://incoming/a", conf: { table: "t" }, args: ["-v"] }],
      "0.args: must be empty: typed is no command",
    ],
    [
      "a file that would lie over the script",
      [copy({ output: "copy.sh" })],
      "0.output: cannot be in the folder of copy: copy.sh would be two files",
    ],
    [
      "a file that would be a folder",
      [copy({ output: "conf.json/x", conf: "conf.json" })],
      '0.output: cannot be in the folder of copy: "conf.json" would be a file of a job and a folder',
    ],
    [
      "a blob of two steps",
      [copy({ output: "blob://out/a" }), copy({ output: "blob://out/a" })],
      "1.output: is what step 0 writes already",
    ],
    [
      "a path that is none whatever a parameter is",
      {
        parameters: { day: null },
        steps: [copy({ input: "blob://${day}/../a" }), copy({ output: "../${day}" })],
      },
      "steps.1.output: must not leave the folder of its run with ..",
    ],
    [
      "a path that a default spoils",
      { parameters: { to: "ftp://x/a" }, steps: [copy({ output: "${to}" })] },
      "steps.0.output: has the scheme ftp",
    ],
    [
      "an input that nobody writes, whatever a parameter is",
      { parameters: { day: null }, steps: [copy({ input: "raw-${day}.csv" })] },
      "steps.0.input: is written by no step before it",
    ],
    [
      "a misspelt parameter",
      { parameters: { month: "1" }, steps: [copy({ args: ["${monht}", "${month}"] })] },
      "steps.0.args: has the parameter monht, which the sequence does not declare; did you mean month?",
    ],
    [
      "an undeclared parameter deep in a configuration",
      { steps: [copy({ conf: { a: [{ b: "${day}" }] } })] },
      "steps.0.conf: has the parameter day",
    ],
    [
      "an undeclared parameter of the error handler",
      { steps: [copy({})], error_handler: { module_name: "copy", args: ["${day}"] } },
      "error_handler.args: has the parameter day",
    ],
    [
      "a parameter that a second trigger cannot give",
      {
        steps: [copy({ args: ["${blob}"] })],
        parameters: { blob: null },
        on_blob: "incoming/",
        after: "alone",
      },
      "parameters.blob: must have a default",
    ],
    ["a schedule of five fields", { steps: [copy({})], schedule: "0 3 * * *" }, "schedule: is no NCRONTAB"],
    ["what croner knows alone", { steps: [copy({})], schedule: "0 0 0 L * *" }, "it has L"],
    ["an n-th weekday", { steps: [copy({})], schedule: "0 0 0 * * 1#2" }, "it has 1#2"],
    ["weekday 7", { steps: [copy({})], schedule: "0 0 0 * * 7" }, "weekday 7; Sunday is 0"],
    ["second 70", { steps: [copy({})], schedule: "70 0 0 * * *" }, "Invalid value for second: 70"],
    ["a day that never comes", { steps: [copy({})], schedule: "0 0 0 30 2 *" }, "schedule: never falls due"],
    [
      "Caudal's own blobs",
      { steps: [copy({})], on_blob: "caudal/x" },
      "on_blob: must be container/prefix: it names",
    ],
    [
      "an address for a prefix",
      { steps: [copy({})], on_blob: "blob://in/x" },
      "on_blob: must be container/prefix, without",
    ],
    [
      "a faulty sequence before it",
      { steps: [copy({})], after: "faulty" },
      "after: names a sequence that is faulty",
    ],
    [
      "a sequence that follows itself",
      { steps: [copy({})], after: "it" },
      "after: comes back to it: it after it",
    ],
    ["a misspelt member", [copy({ outptu: "a" })], "0: Unrecognized key"],
    ["no steps", [], ": Too small"],
  ])("is told of %s", async (_what, file, issue) => {
    expect((await said(file)).issues).toEqual([expect.stringContaining(issue)]);
  });

  it("is warned of an output that nobody reads, and not of what goes elsewhere", async () => {
    const file = { steps: [copy({ output: "a.csv" }), copy({ output: "blob://out/b.csv" })] };
    expect(await said(file)).toEqual({
      issues: [],
      warnings: ["steps.0.output: is read by no step: it stays with the run"],
    });
  });

  it("is warned of parameters that nobody uses, that only some runs get, and of what only looks like one", async () => {
    const file = {
      parameters: { day: "1" },
      steps: [copy({ input: "${blob}", args: ["${HOME}", "$${day}", "${after_run}"] })],
      after: "alone",
    };
    expect(await said(file)).toEqual({
      issues: [],
      warnings: [
        "steps.0.input: has the parameter blob, which on_blob alone gives: declare it, or give it to each run",
        "steps.0.args: has ${HOME}, which stays as it is: a parameter is named by small letters, digits and _",
        "parameters.day: stands in no step: only its modules get it",
      ],
    });
  });

  it("may take schedules of all forms that timers take", async () => {
    for (const schedule of ["0 */5 * * * *", "0 0 3 * * MON-FRI", "0 30 9,17 1-7 JAN 1", "*/10 * * * * *"]) {
      expect(await said({ steps: [copy({})], schedule })).toEqual({ issues: [], warnings: [] });
    }
  });

  it("may come after others that come after each other: those are told of themselves", async () => {
    expect(await said({ steps: [copy({})], after: "ping" })).toEqual({ issues: [], warnings: [] });
  });

  it("may read in a path that only a run knows what it seems that nobody reads", async () => {
    const file = {
      parameters: { which: null },
      steps: [copy({ output: "a.csv" }), copy({ input: "${which}" }), copy({ output: "b.csv" })],
    };
    expect(await said(file)).toEqual({
      issues: [],
      warnings: ["steps.2.output: is read by no step: it stays with the run"],
    });
  });

  it("may have a configuration that only a run knows", async () => {
    const parameters = { file: null, table: null };
    const input = "blob://incoming/a";
    const steps = [
      { module_name: "typed", input, conf: "${file}" },
      { module_name: "typed", input, conf: { table: "${table}", more: "${table}" } },
    ];
    expect(await said({ parameters, steps })).toEqual({ issues: [], warnings: [] });
  });

  it("leaves to the run a path that only a run knows", async () => {
    const file = {
      parameters: { where: null },
      steps: [
        copy({ input: "${where}", output: "raw-${where}.csv" }),
        copy({ input: "raw-${where}.csv", output: "${where}.out" }),
        copy({ input: "x.csv", output: "blob://${where}/a" }),
      ],
    };
    expect(await said(file)).toEqual({ issues: [], warnings: [] });
  });

  it("leaves to the run what parameters stand in", async () => {
    const file = {
      parameters: { day: "1", table: "t" },
      steps: [
        copy({ output: "${day}.csv" }),
        { module_name: "typed", input: "${day}.csv", conf: { table: "${table}" } },
        copy({ args: ["$${plain}"] }),
      ],
    };
    expect(await said(file)).toEqual({ issues: [], warnings: [] });
  });
});
