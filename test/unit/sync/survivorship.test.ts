import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type CloudEvent,
  defineDocument,
  defineEvent,
  defineRule,
  merge,
  remove,
  type RuleDefinition,
} from "../../../engine/define/index.ts";
import type { Priority } from "../../../engine/define/document.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { standingAt } from "../../../engine/sync/observed.ts";
import { pathSegments, valueAt } from "../../../engine/sync/paths.ts";
import { event, fold, minute } from "./shop.ts";

const SOURCES = ["crm", "store", "web"] as const;
/** Where a priority may be said: of everything in a sub-schema, of one field, of both. */
const PLACES = ["contact", "contact.email", "contact.phone", "address", "address.city", "consent"];
const LEAVES = ["contact.email", "contact.phone", "address.line", "address.city", "consent.marketing"];

/** A document in which no mix of what sources say breaks the schema: what survives is up to survivorship alone. */
const schema = z.strictObject({
  identity: z.strictObject({ number: z.string() }).optional(),
  contact: z.strictObject({ email: z.string().optional(), phone: z.string().optional() }).optional(),
  address: z.strictObject({ line: z.string().optional(), city: z.string().optional() }).optional(),
  consent: z.strictObject({ marketing: z.boolean(), since: z.string().optional() }).optional(),
});

function rulesOf(priority: Priority): Readonly<Record<string, RuleDefinition>> {
  const options = {
    id: ["number"],
    schema,
    priority,
    since: { "consent.since": "consent.marketing" },
  } as const;
  const to = defineDocument("person", options);
  const on = defineEvent("person.said", { about: to, data: z.looseObject({ number: z.string() }) });
  const left = defineEvent("person.left", { about: to, data: z.looseObject({ number: z.string() }) });
  return {
    [on.type]: defineRule({
      on,
      to,
      apply: (current, { data: { number, ...said } }) =>
        merge(current, { identity: { number }, ...(said as object) }),
    }),
    [left.type]: defineRule({ on: left, to, apply: () => remove("it left") }),
  };
}

const text: fc.Arbitrary<string> = fc.constantFrom("a", "b", "c");
const field = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.option(fc.option(value, { nil: null }), { nil: undefined });
/** What a source says of a sub-schema: nothing, some of its fields (a null clears one), or that there is none of it. */
const part = <T extends object>(members: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 6, arbitrary: members }, { weight: 1, arbitrary: fc.constantFrom(null, undefined) });
const facts = fc.record({
  contact: part(fc.record({ email: field(text), phone: field(text) })),
  address: part(fc.record({ line: field(text), city: field(text) })),
  consent: fc.option(fc.oneof(fc.boolean(), fc.constant(null)), { nil: undefined }),
});
type Said = {
  at: number;
  source: string;
  what: "left" | (typeof facts extends fc.Arbitrary<infer F> ? F : never);
};

/** What three sources saw; two of them may speak in the same minute, one says one thing a minute. */
const day: fc.Arbitrary<Said[]> = fc.uniqueArray(
  fc.record({
    at: fc.nat(6),
    source: fc.constantFrom(...SOURCES),
    what: fc.oneof({ weight: 6, arbitrary: facts }, { weight: 1, arbitrary: fc.constant("left" as const) }),
  }),
  { selector: ({ at, source }) => `${at} ${source}`, minLength: 2, maxLength: 8 },
);
/** Any sources in any order, at any of the places; not all of them are ranked. */
const priorities: fc.Arbitrary<Priority> = fc
  .array(fc.tuple(fc.constantFrom(...PLACES), fc.shuffledSubarray([...SOURCES], { minLength: 1 })), {
    maxLength: 4,
  })
  .map((list) => Object.fromEntries(list));
const case_ = day.chain((said) =>
  fc.tuple(priorities, fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })),
);

function eventOf({ at, source, what }: Said): CloudEvent {
  if (what === "left") return event("person.left", minute(at), {}, source);
  const { consent, ...rest } = what;
  const given = { ...rest, consent: typeof consent === "boolean" ? { marketing: consent } : consent };
  return event("person.said", minute(at), JSON.parse(JSON.stringify(given)) as object, source);
}

const documentOf = (said: readonly Said[], priority: Priority): unknown =>
  fold(said.map(eventOf), NOTHING, rulesOf(priority)).state.data;

describe("what survives, under any priorities of sub-schemas and fields", () => {
  it("is the same in any order of arrival", () => {
    fc.assert(
      fc.property(case_, ([priority, said, arrival]) => {
        const inTime = said.toSorted((a, b) => a.at - b.at);
        expect(documentOf(arrival, priority)).toEqual(documentOf(inTime, priority));
      }),
      { numRuns: 1_000 },
    );
  });

  it("is of each field what the highest source that spoke of it said last", () => {
    fc.assert(
      fc.property(case_, ([priority, said, arrival]) => {
        const document = documentOf(arrival, priority);
        const survived = Object.fromEntries(
          LEAVES.map((leaf) => [leaf, valueAt(document, pathSegments(leaf))]),
        );
        expect(survived).toEqual(
          Object.fromEntries(LEAVES.map((leaf) => [leaf, survivor(leaf, said, priority)])),
        );
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The value of a field, told without the engine: of all that spoke of it, the best one by rank, time and name. */
function survivor(leaf: string, said: readonly Said[], priority: Priority): unknown {
  const [part = "", member = ""] = leaf.split(".");
  const order = priority[leaf] ?? priority[part];
  const rank = (source: string): number => {
    const place = order?.indexOf(source) ?? 0;
    return place < 0 ? Number.MAX_SAFE_INTEGER : place;
  };
  const spoke = said.flatMap(({ at, source, what }) => {
    const value = what === "left" ? null : statement(what, part as keyof typeof what, member);
    return value === undefined ? [] : [{ at, source, value }];
  });
  const [best] = spoke.toSorted(
    (a, b) => rank(a.source) - rank(b.source) || b.at - a.at || (a.source < b.source ? 1 : -1),
  );
  return best?.value ?? undefined;
}

/** What facts say of a field: null that there is none, undefined nothing. */
function statement(what: Exclude<Said["what"], "left">, part: keyof typeof what, member: string): unknown {
  const of = what[part];
  return typeof of === "object" && of !== null ? (of as Record<string, unknown>)[member] : of;
}

describe("a priority of a sub-schema and another one of a field in it", () => {
  const priority = { contact: ["crm", "store"], "contact.email": ["store", "crm"] };
  const both = (at: number, source: string, value: string): Said => ({
    at,
    source,
    what: { contact: { email: value, phone: value }, address: undefined, consent: undefined },
  });

  it("each hold for their own: the field for itself, the sub-schema for what is left", () => {
    for (const said of [
      [both(1, "store", "s"), both(2, "crm", "c")],
      [both(2, "crm", "c"), both(1, "store", "s")],
      [both(2, "store", "s"), both(1, "crm", "c")],
    ]) {
      expect(documentOf(said, priority)).toMatchObject({ contact: { email: "s", phone: "c" } });
    }
  });

  it("a source that neither lists comes after all that they list, and is refused with the reason", () => {
    const { records } = fold(
      [both(1, "store", "s"), both(2, "web", "w")].map(eventOf),
      NOTHING,
      rulesOf(priority),
    );
    const standing = { source: "store", time: minute(1) };
    expect(records.at(-1)?.refused).toEqual([
      { path: "contact.email", subSchema: "contact", new: "w", reason: "priority", standing },
      { path: "contact.phone", subSchema: "contact", new: "w", reason: "priority", standing },
    ]);
  });

  it("a removal by a source that outranks in one of them takes that one alone", () => {
    const left: Said = { at: 3, source: "store", what: "left" };
    for (const said of [
      [both(1, "crm", "c"), left],
      [left, both(1, "crm", "c")],
    ]) {
      expect(documentOf(said, priority)).toMatchObject({ contact: { phone: "c" } });
      expect(documentOf(said, priority)).not.toHaveProperty("contact.email");
    }
  });
});

// A rule that says `order: "arrival"` notes what it saw under a removal that is newer, which no other rule does.
describe("what stands at a path below a removal", () => {
  const [removal, below] = [
    { time: minute(5), source: "crm" },
    { time: minute(1), source: "store" },
  ];
  const observed = { "": removal, "contact.email": below };

  it("is the newer one of the two, or that of the higher source", () => {
    const at = ["contact", "email"];
    expect(standingAt(observed, {}, at)).toBe(removal);
    expect(standingAt(observed, { "contact.email": ["store", "crm"] }, at)).toBe(below);
    expect(standingAt(observed, { contact: ["crm", "store"] }, at)).toBe(removal);
  });
});
