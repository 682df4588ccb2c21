import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashOf } from "../../../engine/audit/chain.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { CloudEvent } from "../../../engine/define/event.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { pathSegments, withValue } from "../../../engine/sync/paths.ts";
import { spokenWith } from "./sayings.ts";
import { event, fold, gone, minute, person, plainRule, rankedShop, told, toldRule } from "./shop.ts";

const text = fc.constantFrom("a", "b", "c");
const spoken = spokenWith(text);
const what = fc.oneof(
  { weight: 5, arbitrary: spoken },
  { weight: 1, arbitrary: fc.constant("gone" as const) },
);
/** What sources said in a day, none of them two things at the same minute, and some order in which it arrives. */
const day = fc
  .uniqueArray(fc.record({ at: fc.nat(12), what, source: fc.constantFrom("crm", "store") }), {
    selector: ({ at, source }) => `${at} ${source}`,
    maxLength: 8,
  })
  .map((said) =>
    said
      .toSorted((a, b) => a.at - b.at || (a.source < b.source ? -1 : 1))
      .map(({ at, what: facts, source }) =>
        facts === "gone"
          ? event(gone.type, minute(at), {}, source)
          : event(told.type, minute(at), facts, source),
      ),
  );
const dayAndArrival = day.chain((events) =>
  fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })),
);

/** The document that the audit records alone give. */
function replay(records: readonly AuditRecord[]): unknown {
  let data: unknown;
  for (const record of records) {
    for (const change of record.changes) data = withValue(data, pathSegments(change.path), change.new);
  }
  return data;
}

describe("the order of observation", () => {
  it("any order of arrival gives the same document", () => {
    fc.assert(
      fc.property(dayAndArrival, ([events, arrival]) => {
        expect(fold(arrival).state.data).toEqual(fold(events).state.data);
      }),
      { numRuns: 1_000 },
    );
  });

  it("in the order of time it is what the rules alone would make of it", () => {
    fc.assert(
      fc.property(day, (events) => {
        const byRules = events.reduce<Record<string, unknown> | undefined>((current, each) => {
          if (each.type === gone.type) return undefined;
          const before = current?.["consent"] as { marketing: boolean; since: string } | undefined;
          const next = (toldRule.apply as (c: unknown, e: CloudEvent) => object)(current, each);
          const plain = JSON.parse(JSON.stringify(next)) as {
            consent?: { marketing: boolean; since: string };
          };
          const repeated = before && plain.consent?.marketing === before.marketing;
          return repeated ? { ...plain, consent: before } : plain;
        }, undefined);
        const prune = (value: Record<string, unknown> | undefined): unknown =>
          value &&
          Object.fromEntries(Object.entries(value).filter(([, m]) => Object.keys(m as object).length > 0));
        expect(fold(events).state.data).toEqual(prune(byRules));
      }),
    );
  });

  it("holds for plain rules too, as long as they only add what the event brings", () => {
    const rules = { [told.type]: plainRule };
    const additive = fc
      .uniqueArray(fc.record({ at: fc.nat(60), email: fc.option(text), phone: fc.option(text) }), {
        selector: ({ at }) => at,
        maxLength: 6,
      })
      .chain((said) => fc.tuple(fc.constant(said), fc.shuffledSubarray(said, { minLength: said.length })));
    fc.assert(
      fc.property(additive, ([said, arrival]) => {
        const events = (list: typeof said): CloudEvent[] =>
          list.map(({ at, email, phone }) => event(told.type, minute(at), { email, phone }));
        const inTime = fold(events(said.toSorted((a, b) => a.at - b.at)), NOTHING, rules).state.data;
        expect(fold(events(arrival), NOTHING, rules).state.data).toEqual(inTime);
      }),
    );
  });

  describe("with a priority of sources", () => {
    const order = ["crm", "store"];
    const { rules } = rankedShop(Object.fromEntries(person.subSchemas.map((name) => [name, order])));

    it("any order of arrival gives the same document, removals included", () => {
      fc.assert(
        fc.property(dayAndArrival, ([events, arrival]) => {
          expect(fold(arrival, NOTHING, rules).state.data).toEqual(fold(events, NOTHING, rules).state.data);
        }),
        { numRuns: 1_000 },
      );
    });

    it("the last word of the highest source stands, whatever the times", () => {
      fc.assert(
        fc.property(dayAndArrival, ([events, arrival]) => {
          const { data } = fold(arrival, NOTHING, rules).state;
          const spoke = events.filter(
            ({ type, data: facts }) =>
              type === gone.type || (facts as { email?: unknown }).email !== undefined,
          );
          const last = spoke.findLast(({ source }) => source === "crm") ?? spoke.at(-1);
          const email = (last?.data as { email?: string | null } | undefined)?.email ?? undefined;
          expect((data as { contact?: { email?: string } } | undefined)?.contact?.email).toEqual(email);
        }),
      );
    });
  });
});

describe("the audit records of any day", () => {
  it("give the document when replayed, count without gap, and chain", () => {
    fc.assert(
      fc.property(dayAndArrival, ([, arrival]) => {
        const { state, records } = fold(arrival);
        expect(replay(records)).toEqual(state.data);
        expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
        let version = 0;
        let previous: string | null = null;
        for (const record of records) {
          version += record.changes.length > 0 ? 1 : 0;
          expect(record.version).toBe(version);
          expect(record.previous).toBe(previous);
          expect(record.hash).toBe(hashOf(record, record.personal.commitments));
          previous = record.hash;
        }
        expect(state.head).toBe(previous);
        expect(state.version).toBe(version);
      }),
    );
  });
});
