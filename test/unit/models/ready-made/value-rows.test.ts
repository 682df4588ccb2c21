import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalOf, valueRows } from "../../../../engine/models/ready-made/value-rows.ts";

describe("the rows of a document's values", () => {
  it("are one for each scalar, in its order, with what the value is", () => {
    const data = {
      name: "Bogotá",
      born: "1990-02-28",
      seen: "2026-03-02T09:00:00.5-05:00",
      total: 12.5,
      tags: ["a", { deep: true }],
      "odd.name": null,
      email: "[masked]",
      spent: "-1250.5000",
    };
    expect(valueRows(data)).toEqual([
      [0, "name", "text", "Bogotá", null, null],
      [1, "born", "time", "1990-02-28", null, "1990-02-28 00:00:00.000"],
      [2, "seen", "time", "2026-03-02T09:00:00.5-05:00", null, "2026-03-02 14:00:00.500"],
      [3, "total", "number", "12.5", "12.5", null],
      [4, "tags.0", "text", "a", null, null],
      [5, "tags.1.deep", "boolean", "true", 1, null],
      [6, "odd~1name", "null", null, null, null],
      [7, "email", "masked", null, null, null],
      [8, "spent", "text", "-1250.5000", "-1250.5000", null],
    ]);
    expect(valueRows(undefined)).toEqual([]);
  });

  it.each([
    "1e5",
    "1 000",
    "12,5",
    ".5",
    "9".repeat(29),
    "2026-02-30",
    "2026-03-02T25:00:00Z",
    "2026-03-02T09:00:00",
    "0999-01-01",
    "2026-3-2",
    "12:00",
  ])("takes %s for a text", (text) => {
    expect(valueRows([text])).toEqual([[0, "0", "text", text, null, null]]);
  });

  it("have what UTF-8 can write, and a path that a column takes", () => {
    const [[, path = "", , text] = []] = valueRows({ ["n".repeat(600)]: "\ud800" });
    expect([String(path).length, text]).toEqual([500, "\ufffd"]);
  });

  it("has numbers as a decimal of 38 digits takes them", () => {
    expect([1e21, -1e27, 1e28, 1.5e-7, 1e-300, -0].map(decimalOf)).toEqual([
      "1000000000000000000000",
      "-1000000000000000013287555072",
      null,
      "0.0000001500",
      "0.0000000000",
      "0",
    ]);
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const text = decimalOf(value);
        if (text === null) return Math.abs(value) >= 1e28;
        return /^-?\d{1,28}(\.\d+)?$/.test(text) && Math.abs(Number(text) - value) <= 1e-10;
      }),
    );
  });
});
