import { describe, expect, it } from "vitest";
import { readArguments } from "../../../scripts/rehearse/arguments.ts";

const ENDPOINT = ["--endpoint", "https://caudal.documents.azure.com"];
const read = (...args: readonly string[]): unknown => readArguments([...ENDPOINT, ...args], {});

describe("the arguments of npm run rehearse", () => {
  it("say where and what, all of it unless something is said", () => {
    expect(read()).toEqual({
      endpoint: "https://caudal.documents.azure.com",
      key: undefined,
      database: undefined,
      blob: undefined,
      rule: undefined,
      entity: undefined,
      keys: undefined,
      since: undefined,
      until: undefined,
      limit: Number.POSITIVE_INFINITY,
      json: false,
      failOnDifference: false,
    });
  });

  it("take ids where the document is named, and times as the API does", () => {
    const given = [
      "--entity",
      "customer",
      "--keys",
      "CC-1,customer|CC-2,",
      "--since",
      "2026-01-01",
      "--limit",
      "5",
    ];
    expect(read(...given)).toMatchObject({
      entity: undefined,
      keys: ["customer|CC-1", "customer|CC-2"],
      since: "2026-01-01T00:00:00.000Z",
      limit: 5,
    });
  });

  it("take the key from the environment, where none is given", () => {
    expect(readArguments(ENDPOINT, { COSMOS_KEY: "k" })).toMatchObject({ key: "k" });
    expect(readArguments([...ENDPOINT, "--key", "other"], { COSMOS_KEY: "k" })).toMatchObject({
      key: "other",
    });
    expect(readArguments(ENDPOINT, { COSMOS_KEY: "" })).toMatchObject({ key: undefined });
  });

  it("may ask for help, whatever else they say", () => {
    expect(readArguments(["--help"], {})).toBe("help");
  });

  it.each([
    [["--endpoint", "nowhere"], "--endpoint"],
    [["--keys", "CC-1"], "--keys"],
    [["--keys", ","], "--keys"],
    [["--since", "noon"], "--since"],
    [["--since", "2026-01-02", "--until", "2026-01-01"], "--until"],
    [["--limit", "0"], "--limit"],
    [["--frobnicate"], "--frobnicate"],
  ])("are refused where they make no sense: %j", (args, said) => {
    expect(() => read(...args)).toThrow(said);
  });

  it("must have a key where the store is not reached over https", () => {
    const local = ["--endpoint", "http://127.0.0.1:8081"];
    const said = "give --key (or COSMOS_KEY): an identity is taken over https alone";
    expect(() => readArguments(local, {})).toThrow(said);
    expect(readArguments(local, { COSMOS_KEY: "k" })).toMatchObject({ key: "k" });
  });

  it("must say where the store is", () => {
    expect(() => readArguments([], {})).toThrow("--endpoint");
  });
});
