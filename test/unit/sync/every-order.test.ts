import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type CloudEvent,
  defineDocument,
  defineEvent,
  defineRule,
  merge,
  type RuleDefinition,
} from "../../../engine/define/index.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { event, fold, gone, minute, rankedShop, told } from "./shop.ts";

type Rules = Readonly<Record<string, RuleDefinition>>;

/** Every order in which things can come. */
function orders<T>(things: readonly T[]): T[][] {
  if (things.length < 2) return [[...things]];
  return things.flatMap((thing, index) => orders(things.toSpliced(index, 1)).map((rest) => [thing, ...rest]));
}

/** The one document that events give in whatever order they come. */
function inEveryOrder(events: readonly CloudEvent[], rules?: Rules): unknown {
  const documents = orders(events).map((order) => fold(order, NOTHING, rules).state.data);
  for (const document of documents) expect(document).toEqual(documents[0]);
  return documents[0];
}

/** A person with a member `a` of any shape, and the rule that sets it. */
function shaped(a: z.ZodType): Rules {
  const to = defineDocument("person", {
    id: ["number"],
    schema: z.strictObject({ identity: z.strictObject({ number: z.string() }), a: a.optional() }),
  });
  const on = defineEvent("person.told", { about: to, data: z.looseObject({ number: z.string() }) });
  const apply = (current: never, { data }: { data: { number: string; a: never } }): object =>
    merge(current as object | undefined, { identity: { number: data.number }, a: data.a });
  return { [told.type]: defineRule({ on, to, apply: apply as never }) };
}

const said = (at: number, facts: object, source = "crm"): CloudEvent =>
  event(told.type, minute(at), facts, source);
const left = (at: number, source = "crm"): CloudEvent => event(gone.type, minute(at), {}, source);

describe("in every order of arrival", () => {
  it("sources that speak at the same minute are told apart by name, in `since` too", () => {
    expect(
      inEveryOrder([
        said(4, { consent: false }),
        said(5, { consent: true }),
        said(5, { consent: false }, "store"),
      ]),
    ).toMatchObject({ consent: { marketing: false, since: minute(5) } });
  });

  it("a source that is outranked does not move `since`", () => {
    expect(
      inEveryOrder(
        [
          said(1, { consent: true }),
          said(2, { consent: false }, "store"),
          said(3, { consent: true }, "store"),
        ],
        rankedShop({ consent: ["crm", "store"] }).rules,
      ),
    ).toMatchObject({ consent: { marketing: true, since: minute(1) } });
  });

  it("a removal stands where its source ranks highest, and elsewhere as long as nothing is newer", () => {
    expect(
      inEveryOrder(
        [left(5), left(6, "store"), said(7, { email: "a" }, "store")],
        rankedShop({ contact: ["crm", "store"] }).rules,
      ),
    ).toEqual({ identity: { number: "1" } });
  });

  it("a newer object stands against an older scalar, and a newer scalar against an older object", () => {
    const either = z.union([
      z.string(),
      z.strictObject({ line: z.string().optional(), city: z.string().optional() }),
    ]);
    expect(
      inEveryOrder([said(2, { a: { line: "new" } }), said(1, { a: "old" })], shaped(either)),
    ).toMatchObject({
      a: { line: "new" },
    });
    expect(
      inEveryOrder([said(1, { a: { line: "old" } }), said(2, { a: "new" })], shaped(either)),
    ).toMatchObject({
      a: "new",
    });
    expect(
      inEveryOrder(
        [said(1, { a: { line: "old" } }), said(2, { a: "between" }), said(3, { a: { city: "new" } })],
        shaped(either),
      ),
    ).toEqual({ identity: { number: "1" }, a: { city: "new" } });
  });
});

describe("what would not be a document", () => {
  it("given a removal by the higher source, a later partial event of the lower one is refused whole", () => {
    const events = [said(1, { name: "A" }), left(5), said(7, { email: "a" }, "store")];
    const { state, records } = fold(events, NOTHING, rankedShop({ identity: ["crm", "store"] }).rules);
    expect(state.data).toBeUndefined();
    expect(records.at(-1)).toMatchObject({ outcome: "skipped", reason: "invalid", changes: [] });
    expect(records.at(-1)?.refused?.map(({ path }) => path)).toContain("contact.email");
  });

  it("given a schema that compares sub-schemas, a mix that it refuses is refused whole", () => {
    const to = defineDocument("person", {
      id: ["number"],
      schema: z
        .strictObject({
          identity: z.strictObject({ number: z.string() }),
          low: z.strictObject({ n: z.number() }).optional(),
          high: z.strictObject({ n: z.number() }).optional(),
        })
        .refine(({ low, high }) => !low || !high || low.n <= high.n),
    });
    const on = defineEvent("person.told", {
      about: to,
      data: z.strictObject({ number: z.string(), low: z.number().optional(), high: z.number().optional() }),
    });
    const rule = defineRule({
      on,
      to,
      apply: (current, { data }) =>
        merge(current, { identity: { number: data.number }, low: { n: data.low }, high: { n: data.high } }),
    });
    const events = [said(1, { low: 1, high: 2 }), said(5, { high: 2 }), said(3, { low: 8, high: 9 })];
    const { state, records } = fold(events, NOTHING, { [told.type]: rule });
    expect(state.data).toEqual({ identity: { number: "1" }, low: { n: 1 }, high: { n: 2 } });
    expect(records.at(-1)).toMatchObject({ outcome: "skipped", reason: "invalid", version: 1 });
  });
});

describe("`since`", () => {
  it("given two newer consents, when a clear between them comes late, then nothing changes", () => {
    const { state, records } = fold([
      said(0, { consent: true }),
      said(20, { consent: false }),
      said(10, { consent: null }),
    ]);
    expect(records.at(-1)).toMatchObject({ outcome: "skipped", reason: "stale", changes: [], version: 2 });
    expect(state.data).toMatchObject({ consent: { marketing: false, since: minute(20) } });
  });

  it("given a late removal that moves it, then it is one change", () => {
    const { records } = fold([said(0, { consent: true }), said(20, { consent: true }), left(10)]);
    expect(records.at(-1)?.changes).toEqual([
      { path: "consent.since", subSchema: "consent", old: minute(0), new: minute(20) },
    ]);
  });

  const remembered = (events: readonly CloudEvent[], rules?: Rules) => {
    const { state } = fold(events, NOTHING, rules);
    return { since: state.data, said: state.observed["consent.since"]?.said?.length ?? 0 };
  };
  const many = Array.from({ length: 300 }, (_, index) => index);

  it("given many sources that confirm in turn, it does not move, and not all is remembered", () => {
    const { since, said: length } = remembered(
      many.map((m) => said(m, { consent: true }, m % 2 === 0 ? "crm" : "store")),
    );
    expect(since).toMatchObject({ consent: { marketing: true, since: minute(0) } });
    expect(length).toBeLessThanOrEqual(64);
  });

  it("given a value that changes for ever, it follows, and not all is remembered", () => {
    const { since, said: length } = remembered(many.map((m) => said(m, { consent: m % 2 === 0 })));
    expect(since).toMatchObject({ consent: { marketing: false, since: minute(299) } });
    expect(length).toBeLessThanOrEqual(64);
  });

  it("given many changes of a source that is outranked, it keeps to the highest", () => {
    const { rules } = rankedShop({ consent: ["crm", "store"] });
    const chatter = many.map((m) => said(m + 1, { consent: m % 2 === 0 }, "store"));
    const { since, said: length } = remembered([said(0, { consent: true }, "crm"), ...chatter], rules);
    expect(since).toMatchObject({ consent: { marketing: true, since: minute(0) } });
    expect(length).toBeLessThanOrEqual(64);
  });
});
