import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askedOf as statusOf } from "../../../scripts/etl-status/arguments.ts";
import { askedOf } from "../../../scripts/sequence/arguments.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "caudal-ready-"));
  const ready = { http: "http://127.0.0.1:7071", operatorToken: "cdl_operator", mysql: "…" };
  writeFileSync(path.join(folder, "ready.json"), JSON.stringify(ready));
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (args: readonly string[], env = {}): unknown => askedOf([...args, "--data", folder], env);

describe("the arguments of npm run sequence", () => {
  it("find what npm start runs, and start the sequence there", () => {
    expect(read(["dummy_etl"])).toEqual({
      where: { url: "http://127.0.0.1:7071", token: "cdl_operator" },
      wait: true,
      do: "start",
      name: "dummy_etl",
      parameters: {},
    });
  });

  it("take parameters as they are, whatever is in them", () => {
    expect(read(["a", "--param", "q=a=b; $(c)\nd", "--param", "empty="])).toMatchObject({
      parameters: { q: "a=b; $(c)\nd", empty: "" },
    });
  });

  it("name another Caudal by option, or by the environment", () => {
    const where = { url: "https://caudal.example", token: "t" };
    expect(read(["a", "--url", "https://caudal.example/", "--token", "t"])).toMatchObject({ where });
    const env = { CAUDAL_API_URL: "https://caudal.example", CAUDAL_TOKEN: "t" };
    expect(read(["a"], env)).toMatchObject({ where });
  });

  it("restart a run, from a step by its place or its module", () => {
    expect(read(["--restart", "r", "--from", "2"])).toMatchObject({ do: "restart", run: "r", from: 2 });
    expect(read(["--restart", "r", "--from", "load"])).toMatchObject({ from: "load" });
    expect(read(["--restart", "r"])).toMatchObject({ from: undefined });
  });

  it.each([
    [[], "give the name of a sequence, or --restart, or --cancel"],
    [["a", "--cancel", "r"], "give the name of a sequence, or --restart, or --cancel"],
    [["a", "b c"], 'give one name: "b c" is too much'],
    [["a", "--from", "1"], "--from goes with --restart"],
    [["a", "--param", "=x"], "--param =x is not NAME=VALUE"],
    [["--restart", "r", "--param", "a=b"], "--param goes with the name of a sequence"],
    [["a", "--url", "nowhere"], '--url must be a URL, and "nowhere" is none'],
    [["a", "--url", "http://x.example"], "give a token for http://x.example"],
    [["a", "--unknown"], "Unknown option"],
  ])("of %j are refused: %s", (args, message) => {
    expect(() => read(args)).toThrow(message);
  });

  it("say what to do where nothing runs", () => {
    rmSync(path.join(folder, "ready.json"));
    expect(() => read(["a"])).toThrow(`nothing runs on ${folder}: start it with npm start`);
  });
});

describe("the arguments of npm run etl:status", () => {
  it("show the newest twenty unless they say otherwise", () => {
    expect(statusOf(["--data", folder], {})).toMatchObject({ limit: 20, once: false, json: false });
    expect(statusOf(["--data", folder, "--limit", "5", "--json"], {})).toMatchObject({
      limit: 5,
      json: true,
    });
    expect(() => statusOf(["--data", folder, "--limit", "0"], {})).toThrow("--limit 0 is not");
  });
});
