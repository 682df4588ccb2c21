import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineDocument, defineEvent, personal } from "../../../engine/define/index.ts";
import { personalPathsOf, personalWithin } from "../../../engine/define/personal.ts";

const name = personal(z.string());

describe("personal values are found", () => {
  it.each<[string, z.ZodType, string[]]>([
    ["in objects and their catch-all", z.object({ name, age: z.int() }).catchall(name), ["name", "*"]],
    [
      "in lists and tuples",
      z.object({ all: z.array(name), pair: z.tuple([z.int(), name], name) }),
      ["all.*", "pair.1", "pair.*"],
    ],
    ["in records", z.record(z.string(), name), ["*"]],
    [
      "in unions and intersections",
      z.union([z.object({ name }), z.object({ nick: name }).and(z.object({ city: name }))]),
      ["name", "nick", "city"],
    ],
    [
      "behind what wraps them",
      z.object({
        a: name.nullish(),
        b: name.default("x"),
        c: name.catch("x"),
        d: name.prefault("x"),
        e: name.readonly(),
      }),
      ["a", "b", "c", "d", "e"],
    ],
    [
      "before a transformation and behind one",
      z.object({ a: name.transform((text) => text.trim()), b: z.string().pipe(name) }),
      ["a", "b"],
    ],
    ["behind a lazy schema", z.object({ a: z.lazy(() => name) }), ["a"]],
    ["once, by the outermost mark", z.union([personal(z.object({ name })), z.object({ name })]), [""]],
  ])("%s", (_where, schema, paths) => {
    expect(personalPathsOf(schema).map((path) => path.join("."))).toEqual(paths);
  });

  it("in a list that changed as a whole, as paths from the list on", () => {
    const paths = personalPathsOf(z.object({ people: z.array(z.object({ name, age: z.int() })) }));
    expect(personalWithin(paths, ["people"])).toEqual([["*", "name"]]);
    expect(personalWithin(paths, ["people", "3", "name", "first"])).toEqual([[]]);
    expect(personalWithin(paths, ["people", "3", "age"])).toEqual([]);
  });
});

describe("a mark that cannot be followed is refused", () => {
  it("on the names of a record", () => {
    expect(() => personalPathsOf(z.object({ by: z.record(name, z.int()) }))).toThrow(
      /"by" has personal names/,
    );
  });

  it("inside a schema that holds itself", () => {
    const node: z.ZodType = z.object({
      name,
      get children() {
        return z.array(node);
      },
    });
    expect(() => personalPathsOf(z.object({ node }))).toThrow(
      /"node.name" is personal inside a schema that holds itself/,
    );
    const whole: z.ZodType = z.object({
      get children() {
        return z.array(whole);
      },
    });
    expect(personalPathsOf(z.object({ node: personal(whole) }))).toEqual([["node"]]);
  });
});

describe("a schema is refused", () => {
  const document = (schema: z.ZodType) => () =>
    defineDocument("thing", {
      id: ["number"],
      schema: z.object({ part: z.object({ number: z.string(), a: schema }) }),
    });
  const event = (schema: z.ZodType) => () =>
    defineEvent("thing.seen", {
      about: defineDocument("thing", {
        id: ["number"],
        schema: z.object({ part: z.object({ number: z.string() }) }),
      }),
      data: z.object({ number: z.string(), a: schema }),
    });

  it("for a document, where it fills in what no source said", () => {
    expect(document(z.string().default("en"))).toThrow(
      /document "thing": "part.a" has a default: make it optional instead/,
    );
    expect(document(z.string().catch("en"))).toThrow(/has a catch/);
    expect(document(z.array(z.string().prefault("en")))).toThrow(/"part.a.\*" has a prefault/);
    expect(event(z.string().default("en"))).not.toThrow();
  });

  it("where JSON cannot say what comes out", () => {
    expect(document(z.coerce.date())).toThrow(/"part.a" is a date, which JSON cannot say/);
    expect(event(z.coerce.date().optional())).toThrow(/event "thing.seen": "a" is a date/);
    expect(event(z.array(z.bigint()))).toThrow(/"a.\*" is a bigint/);
    expect(event(z.coerce.date().transform((date) => date.toISOString()))).not.toThrow();
    expect(event(z.union([z.string(), z.undefined()]))).not.toThrow();
  });
});
