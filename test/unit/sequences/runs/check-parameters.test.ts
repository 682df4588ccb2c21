import { describe, expect, it } from "vitest";
import { checkParameters } from "../../../../engine/sequences/runs/check-parameters.ts";

const DECLARED = { parameters: { day: null, format: "csv" } };

describe("parameters that are given for a run", () => {
  it("are filled up with the defaults; triggers may give theirs", () => {
    expect(checkParameters(DECLARED, { day: "1" })).toEqual({ parameters: { day: "1", format: "csv" } });
    expect(checkParameters(DECLARED, { day: "", format: "x", blob: "blob://in/a" })).toEqual({
      parameters: { day: "", format: "x", blob: "blob://in/a" },
    });
  });

  it.each([
    [{}, "parameters.day", "must be given: it has no default"],
    [{ day: 5 }, "parameters.day", "must be a text"],
    [{ day: "x".repeat(10_001) }, "parameters.day", "must have at most 10000 characters"],
    [{ day: "1", dya: "2" }, "parameters.dya", "is no parameter of the sequence, which has day, format"],
    [{ day: "1", constructor: "2" }, "parameters.constructor", "is no parameter"],
  ])("are refused where they do not fit: %j", (given, path, message) => {
    expect(checkParameters(DECLARED, given)).toEqual({
      issues: [{ path, message: expect.stringContaining(message) as unknown }],
    });
  });

  it("are refused where the sequence has none", () => {
    expect(checkParameters({ parameters: {} }, { a: "1" })).toMatchObject({
      issues: [{ message: "is no parameter of the sequence, which has none" }],
    });
  });
});
