import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CloudEvent, DocumentDefinition } from "../../../engine/define/index.ts";
import { BLANK, replayRecord } from "../../../engine/audit/replay.ts";
import type { EntityState } from "../../../engine/sync/fold.ts";
import { standingAt } from "../../../engine/sync/observed.ts";
import { pathSegments } from "../../../engine/sync/paths.ts";
import { spokenWith } from "../sync/sayings.ts";
import { event, gone, minute, person, rankedShop, told } from "../sync/shop.ts";
import { type Chain, fold, type Made, undoOf } from "./chain.ts";

const CAUSE = "pull/store/7";

const text = fc.nat(999_999).map((n) => `v${n}`);
const spoken = spokenWith(text);
const what = fc.oneof(
  { weight: 5, arbitrary: spoken },
  { weight: 1, arbitrary: fc.constant("gone" as const) },
);
interface Said {
  readonly event: CloudEvent;
  readonly culprit: boolean;
}
const said = (sources: readonly string[]): fc.Arbitrary<Said[]> =>
  fc
    .uniqueArray(
      fc.record({ at: fc.nat(12), what, source: fc.constantFrom(...sources), culprit: fc.boolean() }),
      {
        selector: ({ at, source }) => `${at} ${source}`,
        maxLength: 9,
      },
    )
    .map((all) =>
      all.map(({ at, what: facts, source, culprit }) => ({
        culprit,
        event: {
          ...(facts === "gone"
            ? event(gone.type, minute(at), {}, source)
            : event(told.type, minute(at), facts, source)),
          ...(culprit ? { cause: `${CAUSE}/1` } : {}),
        },
      })),
    );
const days = fc.tuple(said(["crm", "store", "till"]), said(["crm", "store", "till"]));

const eventsOf = (all: readonly Said[]): CloudEvent[] => all.map(({ event: each }) => each);
const innocent = (all: readonly Said[]): CloudEvent[] =>
  all.flatMap(({ event: each, culprit }) => (culprit ? [] : [each]));
/** Events that come later, by no cause. */
const later = (all: readonly Said[]): CloudEvent[] =>
  all.map(({ event: { cause: _cause, ...each } }) => each);
/** The places of all values that a person may have, but for that which the engine reckons. */
const PLACES = [
  "identity.number",
  "identity.name",
  "contact.email",
  "contact.phone",
  "contact.tags",
  "address.line",
  "address.city",
  "address.floor",
  "consent.marketing",
  "visits.count",
];
/** The document, and by whose sighting each of its places is judged. */
const whatStands = (
  { data, observed }: EntityState,
  { priority }: Pick<DocumentDefinition, "priority"> = person,
): object => ({
  data,
  judgedBy: PLACES.map((path) => {
    const sighting = standingAt(observed, priority, pathSegments(path));
    return sighting && `${path} ${sighting.time} ${sighting.source}`;
  }),
});
/** Where parts of events that do not fit together met, their order of arrival may show. */
const isMixed = (...chains: readonly Chain[]): boolean =>
  chains.some(({ records }) =>
    records.some(({ refused = [] }) => refused.some(({ reason }) => reason === "invalid")),
  );

/** One document, ranked: the CRM outranks the store, and of contacts the till outranks both. */
const ranked = rankedShop({
  ...Object.fromEntries(person.subSchemas.map((name) => [name, ["crm", "store"]])),
  "contact.email": ["till", "crm"],
});

describe.each<[string, Made]>([
  ["without ranks", {}],
  ["with ranks of sources, one below another", ranked],
])("an undo, %s", (_name, made) => {
  const undo = (): CloudEvent => undoOf({ cause: CAUSE });
  const check = (
    property: (first: readonly Said[], second: readonly Said[]) => Promise<void>,
  ): Promise<void> =>
    fc.assert(
      fc.asyncProperty(days, ([first, second]) => property(first, second)),
      { numRuns: 200 },
    );

  it("leaves the document as if the culprit had never come, and judges later events the same", () =>
    check(async (first, second) => {
      const undone = await fold([...eventsOf(first), undo()], undefined, made);
      const never = await fold(innocent(first), undefined, made);
      fc.pre(!isMixed(undone, never));
      expect(whatStands(undone.state, made.document)).toEqual(whatStands(never.state, made.document));
      expect((await fold(later(second), undone, made)).state.data).toEqual(
        (await fold(later(second), never, made)).state.data,
      );
    }));

  it("that comes in the midst takes back what stands before it alone", () =>
    check(async (first, second) => {
      const undone = await fold([...eventsOf(first), undo(), ...eventsOf(second)], undefined, made);
      const never = await fold([...innocent(first), ...eventsOf(second)], undefined, made);
      fc.pre(!isMixed(undone, never));
      expect(whatStands(undone.state, made.document)).toEqual(whatStands(never.state, made.document));
    }));

  it("twice is once", () =>
    check(async (first, second) => {
      const once = await fold([...eventsOf(first), undo(), ...later(second)], undefined, made);
      const twice = await fold([undo()], once, made);
      fc.pre(!isMixed(twice));
      expect(whatStands(twice.state, made.document)).toEqual(whatStands(once.state, made.document));
      expect(twice.records.at(-1)?.outcome).toBe("unchanged");
    }));

  it("that is undone is as if it had never been, whatever came after it", () =>
    check(async (first, second) => {
      const first_ = undo();
      const redone = await fold(
        [...eventsOf(first), first_, ...later(second), undoOf({ event: first_.id })],
        undefined,
        made,
      );
      const never = await fold([...eventsOf(first), ...later(second)], undefined, made);
      fc.pre(!isMixed(redone, never));
      expect(whatStands(redone.state, made.document)).toEqual(whatStands(never.state, made.document));
    }));

  it("that is undone and done again, by its run, is done", () =>
    check(async (first) => {
      const [one, two] = [undoOf({ cause: CAUSE }, "one"), undoOf({ cause: "undo/one" }, "two")];
      const again = await fold(
        [...eventsOf(first), one, two, undoOf({ cause: "undo/two" })],
        undefined,
        made,
      );
      const never = await fold(innocent(first), undefined, made);
      fc.pre(!isMixed(again, never));
      expect(whatStands(again.state, made.document)).toEqual(whatStands(never.state, made.document));
    }));

  it("leaves a chain that replays to the document", () =>
    check(async (first) => {
      const { state, records } = await fold([...eventsOf(first), undo()], undefined, made);
      let replayed: { data: unknown } = { data: undefined };
      for (const record of records) replayed = replayRecord({ ...BLANK, ...replayed }, record);
      expect(replayed.data).toEqual(state.data);
    }));
});

describe("an undo, where the rules were built anew since", () => {
  /** Each value is said once, and none is cleared: what a record lists is then all that its event said. */
  const unique = fc
    .uniqueArray(
      fc.record({
        at: fc.nat(12),
        source: fc.constantFrom("crm", "store"),
        culprit: fc.boolean(),
        says: fc.record({
          name: fc.boolean(),
          email: fc.boolean(),
          phone: fc.boolean(),
          address: fc.boolean(),
        }),
      }),
      { selector: ({ at, source }) => `${at} ${source}`, maxLength: 9 },
    )
    .map((all) =>
      all.map(({ at, source, culprit, says }, index) => {
        const value = (name: keyof typeof says): object =>
          says[name] ? { [name]: name === "address" ? place(index) : `${name}${index}` } : {};
        const facts = { ...value("name"), ...value("email"), ...value("phone"), ...value("address") };
        const each = event(told.type, minute(at), facts, source);
        return { culprit, event: culprit ? { ...each, cause: CAUSE } : each };
      }),
    );
  const place = (n: number): object => ({ line: `line${n}`, city: `city${n}`, floor: `floor${n}` });

  it("goes by what the records list", () =>
    fc.assert(
      fc.asyncProperty(unique, async (all) => {
        const undone = await fold([...eventsOf(all), undoOf({ cause: CAUSE })], undefined, { rebuilt: true });
        expect(undone.state.data).toEqual((await fold(innocent(all))).state.data);
      }),
      { numRuns: 200 },
    ));
});
