import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timeOf } from "../../../../engine/sequences/emit/time.ts";

describe("the time of a record", () => {
  it.each([
    ["2026-03-02", "2026-03-02T00:00:00.000Z"],
    ["2026-03-02 09:05", "2026-03-02T09:05:00.000Z"],
    [" 2026-03-02T09:05:06 ", "2026-03-02T09:05:06.000Z"],
    ["2026-03-02T09:05:06.5Z", "2026-03-02T09:05:06.500Z"],
    ["2026-03-02T09:05:06.123456Z", "2026-03-02T09:05:06.123Z"],
    ["2026-03-02T23:05:06-05:00", "2026-03-03T04:05:06.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ])("%s is %s, wherever it is read", (text, time) => expect(timeOf("at", text)).toBe(time));

  it.each([
    "",
    "yesterday",
    "02/03/2026",
    "2026-3-2",
    "2026-02-29",
    "2026-13-01",
    "2026-03-02T25:00",
    "2026-03-02T09:05:06+5",
    "20260302",
    1_772_442_306,
    null,
    undefined,
    {},
  ])("%o is none", (value) => {
    expect(() => timeOf("at", value)).toThrow(/^the column "at" must hold a time like/);
  });

  it("of what a clock writes is the same", () =>
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true }), (date) => {
        expect(timeOf("at", date.toISOString())).toBe(date.toISOString());
      }),
    ));
});
