import { expect, it } from "vitest";
import { isSequence, parseSequence } from "../../../../engine/sequences/book/parse-sequence.ts";

it("takes a list of steps and an object with them for the same", () => {
  const steps = [{ module_name: "a", output: "x" }];
  const parsed = parseSequence(steps);
  expect(parsed).toEqual(parseSequence({ steps }));
  expect(parsed).toEqual(parseSequence({ $schema: "../docs/schemas/sequence.schema.json", steps }));
  expect(parsed).toMatchObject({
    plan: { parameters: {}, steps: [{ input: "", retries: 0, timeout: 600 }] },
  });
});

it.each<[unknown, string, RegExp]>([
  [3, "", /^must be a list of steps, or an object with steps$/],
  [null, "", /^must be a list of steps/],
  [{}, "steps", /expected array/],
  [[{ module_name: "a", conf: 3 }], "0.conf", /^must be the name of a file/],
  [{ steps: [{ module_name: "a", conf: [1] }] }, "steps.0.conf", /^must be the name of a file/],
  [
    { steps: [{ module_name: "a" }], parameters: { Day: "1" } },
    "parameters.Day",
    /^is no name of a parameter/,
  ],
  [{ steps: [{ module_name: "a" }], frequency: 1 }, "", /"frequency"/],
  [[{ module_name: "a", timeout: 0 }], "0.timeout", />=1/],
])("says of %j what is wrong, and where", (json, path, message) => {
  expect(parseSequence(json)).toEqual({ issues: [{ path, message: expect.stringMatching(message) }] });
});

it("knows sequences from the configurations beside them", () => {
  for (const json of [[{ module_name: 3 }], [{ modul_name: "a", input: "" }], { steps: 1 }]) {
    expect(isSequence(json)).toBe(true);
  }
  for (const json of [[{ op: "core/column-removal", columnName: "a" }], [], {}, 3, null, "steps", [null]]) {
    expect(isSequence(json)).toBe(false);
  }
});
