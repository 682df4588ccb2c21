import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineDocument, defineEvent } from "../../../../engine/define/index.ts";
import { type Emission, observationOf } from "../../../../engine/sequences/emit/emission.ts";

const item = defineDocument("item", {
  id: ["code"],
  schema: z.strictObject({ facts: z.strictObject({ code: z.string() }) }),
});
const listed = defineEvent("item.listed", {
  about: item,
  data: z.strictObject({
    code: z.string(),
    price: z.number().nullish(),
    stock: z.int().default(0),
    sold: z.boolean().optional(),
    note: z.string().nullable().optional(),
    origin: z.strictObject({ country: z.string(), year: z.number().optional() }).optional(),
    must: z.string().nullable().default(null),
  }),
});
const AT = "2026-01-01T00:05:00.000Z";

function data(values: Record<string, unknown>, texts = true, emission: Partial<Emission> = {}): unknown {
  const whole = { event: listed.type, source: "list", ...emission };
  return observationOf(whole, listed, { values, texts, startedAt: AT }).data;
}

describe("what a row of a CSV says", () => {
  it("is numbers and booleans where the event has them, and texts elsewhere, as they are", () => {
    expect(data({ code: "007", price: "12.50", stock: "3", sold: "TRUE", note: " 5 " })).toEqual({
      code: "007",
      price: 12.5,
      stock: 3,
      sold: true,
      note: " 5 ",
      must: null,
    });
  });

  it("is nothing where a cell is empty, or null where the member must be there", () => {
    expect(data({ code: "1", price: "", sold: "", note: "", must: "" })).toEqual({
      code: "1",
      stock: 0,
      must: null,
    });
  });

  it("goes into members of members", () => {
    const columns = { Code: "code", Land: "origin.country", Jahr: "origin.year" };
    expect(data({ Code: "1", Land: "EC", Jahr: "1998", Nichts: "x" }, true, { columns })).toMatchObject({
      code: "1",
      origin: { country: "EC", year: 1998 },
    });
  });

  it.each([
    [{ code: "1", price: "twelve" }, ["price"]],
    [{ code: "1", price: "0x10" }, ["price"]],
    [{ code: "1", stock: "1.5" }, ["stock"]],
    [{ code: "1", sold: "perhaps" }, ["sold"]],
    [{ price: "1" }, ["code"]],
    [{ code: "1", colour: "red" }, []],
  ])("%o is refused by the event, which says where", (values, path) => {
    const issues = (): unknown => {
      try {
        return data(values);
      } catch (error) {
        return error instanceof z.ZodError ? error.issues : error;
      }
    };
    expect(issues()).toMatchObject([{ path }]);
  });
});

describe("what a record of an NDJSON says", () => {
  it("is what it holds", () => {
    expect(data({ code: "1", price: null, origin: { country: "EC" } }, false)).toMatchObject({
      price: null,
      origin: { country: "EC" },
    });
    expect(() => data({ code: "1", price: "12" }, false)).toThrow(z.ZodError);
  });

  it("cannot reach what is behind objects", () => {
    const values = JSON.parse('{"code":"1","__proto__":{"polluted":true}}') as Record<string, unknown>;
    expect(() => data(values, false)).toThrow(z.ZodError);
    const columns = { code: "code", evil: "__proto__.polluted" };
    expect(() => data({ code: "1", evil: "yes" }, false, { columns })).toThrow(z.ZodError);
    expect({}).not.toHaveProperty("polluted");
  });
});

describe("the time of a record", () => {
  const timed = (values: Record<string, unknown>, emission: Partial<Emission>): unknown =>
    observationOf({ event: listed.type, source: "list", ...emission }, listed, {
      values,
      texts: true,
      startedAt: AT,
    });

  it("is when the run began, unless a column says it, which is then no data", () => {
    expect(timed({ code: "1" }, {})).toMatchObject({ time: AT });
    expect(timed({ code: "1", at: "2026-02-01" }, { time: "at" })).toMatchObject({
      time: "2026-02-01T00:00:00.000Z",
      data: { code: "1" },
    });
  });

  it("is data, too, where the event has a member of its name", () => {
    expect(timed({ code: "1", note: "2026-02-01" }, { time: "note" })).toMatchObject({
      time: "2026-02-01T00:00:00.000Z",
      data: { note: "2026-02-01" },
    });
  });
});
