import { execFile } from "node:child_process";
import { promisify } from "node:util";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AIRPORTS, Airports } from "./kit/airports.ts";
import { Business, eventually } from "./kit/business.ts";

const run = promisify(execFile);
const root = path.join(import.meta.dirname, "../..");

describe("the example of three dummy modules", () => {
  let business: Business;
  beforeAll(async () => {
    business = await Business.open();
  });
  afterAll(async () => {
    await business?.close();
  });

  /** What a command of the terminal printed. */
  const command = async (script: string, ...args: readonly string[]): Promise<string> => {
    const data = ["--data", path.join(business.folder, "data")];
    const { stdout } = await run(process.execPath, [path.join(root, "scripts", script), ...args, ...data]);
    return stdout;
  };

  it("runs from the terminal as its three files stand, and is seen there", async () => {
    const told = await command("sequence.ts", "dummy_etl");
    expect(told).toMatch(/^run [\w-]+\n/);
    for (const module of ["dummy_extractor", "dummy_transformer", "dummy_loader"]) {
      expect(told).toMatch(new RegExp(`^  ✓ ${module} +succeeded`, "m"));
    }
    expect(told).toMatch(/^dummy_etl succeeded in /m);

    expect(await command("etl-status.ts")).toMatch(/^[\w-]{36}  dummy_etl +succeeded +3\/3/m);
    const id = /^run ([\w-]+)/.exec(told)?.[1] ?? "";
    const { json } = await business.call("GET", `/api/v1/runs/${id}`);
    expect(json).toMatchObject({
      kind: "sequence",
      status: "succeeded",
      progress: { done: 3, total: 3 },
      steps: [
        { module: "dummy_extractor", exitCode: 0, artifact: { path: "/var/etl/dummy_raw.csv" } },
        { module: "dummy_transformer", exitCode: 0, artifact: { path: "/var/etl/dummy_clean.csv" } },
        { module: "dummy_loader", exitCode: 0, artifact: null },
      ],
    });
  });
});

describe("a sequence over a file of airports", () => {
  let airports: Airports;
  beforeAll(async () => {
    airports = await Airports.open();
  });
  afterAll(async () => {
    await airports?.close();
  });

  it("fetches, refines, validates and loads it, and makes documents of its rows", async () => {
    const id = await airports.run("airports", { source: airports.source(), table: "airports" });
    const { status, steps, error } = await airports.end(id);
    expect([status, error]).toEqual(["succeeded", undefined]);
    expect(steps.map((step) => step.status)).toEqual(Array(5).fill("succeeded"));
    expect(steps.at(-1)?.result).toMatchObject({ rows: AIRPORTS, events: AIRPORTS, quarantined: 0 });

    const { json } = await airports.call("GET", "/api/airports?code=SFO");
    expect(json).toMatchObject({ total: 1, data: [{ city: "SAN FRANCISCO" }] });
    await eventually(async () => {
      const { json: document } = await airports.call("GET", "/api/v1/entities/airport/SFO");
      expect(document).toMatchObject({ data: { place: { city: "SAN FRANCISCO", state: "CA" } } });
    });
  });

  it("begins again at any step, and uses what was written before that", async () => {
    const id = await airports.run("airports", { source: airports.source(), table: "again" });
    expect((await airports.end(id)).status).toBe("succeeded");
    const { status, json } = await airports.call("POST", `/api/v1/runs/${id}/restart`, '{"from": 1}');
    expect([status, json]).toEqual([202, json]);
    const { steps } = await airports.end(String(json["run"]));
    // What validates reads what it read before, and would write the same.
    expect(steps.map((step) => step.status)).toEqual([
      "reused",
      "succeeded",
      "reused",
      "succeeded",
      "succeeded",
    ]);
  });

  it("passes arguments on as they are, whatever a shell would make of them", async () => {
    const args = [
      "a b",
      `"quoted" 'twice'`,
      "; rm -rf /",
      "$(id) `id` ${HOME}",
      "two\nlines",
      "",
      "ñ 漢 🙂",
      "*",
      "\\",
    ];
    const written = args.map((text) => text.replaceAll("${", "$${"));
    const name = await airports.store([{ module_name: "print_arguments", args: [...written] }]);
    const { status, steps } = await airports.end(await airports.run(name));
    expect([status, JSON.parse(steps[0]?.log ?? "")]).toEqual(["succeeded", args]);
  });

  it("calls its error handler once, and ends as failed", async () => {
    const steps = [{ module_name: "fail_late" }];
    const name = await airports.store({ steps, error_handler: { module_name: "report_failure" } });
    const id = await airports.run(name);
    expect(await airports.end(id)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("exit code 3"),
    });
    expect((await airports.reported()).filter((key) => key.includes(id))).toHaveLength(1);
  });

  it("ends its process when it is cancelled", async () => {
    const name = await airports.store([{ module_name: "wait" }]);
    const id = await airports.run(name);
    await airports.when(id, ({ steps }) => steps[0]?.status === "running");
    expect((await airports.call("POST", `/api/v1/runs/${id}/cancel`)).status).toBe(202);
    expect(await airports.end(id)).toMatchObject({
      status: "cancelled",
      steps: [{ status: "cancelled", exitCode: null }],
    });
  });
});
