import { describe, expect, it, test } from "vitest";
import { z } from "zod";
import { hashOf } from "../../../engine/audit/chain.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { CloudEvent } from "../../../engine/define/index.ts";
import { defineDocument, defineRule } from "../../../engine/define/index.ts";
import { eraseDocument } from "../../../engine/privacy/erase-document.ts";
import { erasedRecord } from "../../../engine/privacy/erase-record.ts";
import { BY_ERASURE } from "../../../engine/privacy/erased.ts";
import { eraseEvent } from "../../../engine/sync/control.ts";
import { recordUndo } from "../../../engine/undo/undo-record.ts";
import { event, gone, minute, person, told, visited } from "../sync/shop.ts";
import { type Chain, fold, SALT, takenBy, undoOf } from "./chain.ts";

const PLACE = { line: "wrong", city: "wrong", floor: "wrong" };
const OTHER = { line: "a", city: "b", floor: "c" };
const said = (at: number, facts: object, source = "crm"): CloudEvent =>
  event(told.type, minute(at), facts, source);
const by = (cause: string, each: CloudEvent): CloudEvent => ({ ...each, cause });
const last = ({ records }: Chain): AuditRecord | undefined => records.at(-1);
const contact = ({ state }: Chain): unknown => (state.data as { contact?: unknown } | undefined)?.contact;

describe("an undo", () => {
  it("restores what stood before, and keeps what others said since", async () => {
    const wrong = said(5, { email: "wrong", phone: "wrong" }, "store");
    const chain = await fold([
      said(1, { email: "a", phone: "1" }),
      wrong,
      said(9, { phone: "2" }),
      undoOf({ event: wrong.id }),
    ]);
    expect(contact(chain)).toEqual({ email: "a", phone: "2" });
    expect(chain.state.observed["contact.email"]).toEqual({ time: minute(1), source: "crm" });
    expect(last(chain)).toMatchObject({
      outcome: "updated",
      version: 4,
      reason: "taken back by ana: a mistake",
      rule: { name: "(undo)", hash: "" },
      changes: [{ path: "contact.email", subSchema: "contact", old: "wrong", new: "a" }],
    });
    expect(last(chain)).not.toHaveProperty("refused");
  });

  it("restores what the culprit kept from standing", async () => {
    const wrong = said(9, { email: "wrong" }, "store");
    const chain = await fold([wrong, said(3, { email: "late" }), undoOf({ event: wrong.id })]);
    expect(contact(chain)).toEqual({ email: "late" });
  });

  it("takes back a removal: all that it took comes back, and what it kept out", async () => {
    const wrong = event(gone.type, minute(5), {}, "store");
    const chain = await fold([
      said(1, { email: "a" }),
      wrong,
      said(3, { phone: "late" }),
      undoOf({ event: wrong.id }),
    ]);
    expect(contact(chain)).toEqual({ email: "a", phone: "late" });
    expect(last(chain)?.outcome).toBe("created");
    expect(Object.keys(chain.state.observed)).not.toContain("");
  });

  it("removes an entity that nobody else has spoken of", async () => {
    const only = said(5, { email: "wrong" });
    const chain = await fold([only, undoOf({ event: only.id })]);
    expect(chain.state).toMatchObject({ data: undefined, version: 2, observed: {} });
    expect(last(chain)?.outcome).toBe("removed");
  });

  it("lets a removal by others stand again", async () => {
    const wrong = said(9, { email: "wrong" }, "store");
    const chain = await fold([
      said(1, { email: "a" }),
      event(gone.type, minute(5)),
      wrong,
      undoOf({ event: wrong.id }),
    ]);
    expect(last(chain)?.outcome).toBe("removed");
    expect((await fold([said(4, { email: "late" })], chain)).state.data).toBeUndefined();
  });

  it("changes nothing where all was confirmed or replaced since", async () => {
    const wrong = said(5, { email: "x", phone: "wrong" }, "store");
    const chain = await fold([wrong, said(7, { email: "x", phone: "2" }), undoOf({ event: wrong.id })]);
    expect(contact(chain)).toEqual({ email: "x", phone: "2" });
    expect(last(chain)).toMatchObject({ outcome: "unchanged", version: 2, changes: [] });
  });

  it("takes back what came by a cause or one below it, and nothing of one that begins alike", async () => {
    const brought = [
      by("pull/store/7/1", said(2, { email: "7" })),
      by("pull/store/7", said(3, { phone: "7" })),
      by("pull/store/70/1", said(4, { name: "70" })),
    ];
    const chain = await fold([...brought, undoOf({ cause: "pull/store/7" })]);
    expect(chain.state.data).toEqual({ identity: { number: "1", name: "70" } });
  });

  it("reckons with what a culprit did after its undo, whatever is taken back later", async () => {
    const other = said(9, { email: "other" }, "store");
    const chain = await fold([
      by("pull/a", said(2, { email: "first" })),
      undoOf({ cause: "pull/a" }),
      by("pull/a", said(3, { email: "second" })),
      other,
      undoOf({ event: other.id }),
    ]);
    expect(contact(chain)).toEqual({ email: "second" });
  });

  it("takes back what a rule decided, as it was built then or however it was", async () => {
    const events = [said(1, { email: "a" }), event(visited.type, minute(2))];
    const rule = "person-from-person.told";
    expect((await fold([...events, undoOf({ rule, hash: "another" })])).records.at(-1)?.outcome).toBe(
      "unchanged",
    );
    for (const culprit of [{ rule }, { rule, hash: "hash" }]) {
      const chain = await fold([...events, undoOf(culprit)]);
      expect(chain.state.data).toEqual({ identity: { number: "1" }, visits: { count: 1 } });
    }
  });

  it("reckons since when a value stands without what the culprit said", async () => {
    const wrong = said(5, { consent: false }, "store");
    const chain = await fold([
      said(1, { consent: true }),
      wrong,
      said(7, { consent: true }),
      undoOf({ event: wrong.id }),
    ]);
    expect(chain.state.data).toMatchObject({ consent: { marketing: true, since: minute(1) } });
    expect(last(chain)?.changes).toEqual([
      { path: "consent.since", subSchema: "consent", old: minute(7), new: minute(1) },
    ]);
  });

  it("leaves a sub-schema that would not fit its schema as it is, and says so", async () => {
    const plain = defineRule({
      on: told,
      to: person,
      apply: (current, { data }) => ({
        ...current,
        identity: { number: data.number },
        ...(data.phone ? { contact: { ...current?.contact, phone: data.phone } } : {}),
        ...(data.address
          ? {
              address: {
                line: data.address.line || (current?.address?.line ?? ""),
                city: data.address.city || (current?.address?.city ?? ""),
              },
            }
          : {}),
      }),
    });
    const rules = { [told.type]: plain };
    const wrong = said(2, { phone: "wrong", address: { line: "wrong", city: "wrong" } });
    // Half of the address is this one's: what is left without the culprit is no address.
    const half = said(5, { address: { line: "mine", city: "" } });
    const chain = await fold([said(1, {}), wrong, half, undoOf({ event: wrong.id })], undefined, {
      rules,
      rebuilt: true,
    });
    expect(chain.state.data).toEqual({
      identity: { number: "1" },
      address: { line: "mine", city: "wrong" },
    });
    expect(last(chain)).toMatchObject({
      outcome: "updated",
      changes: [{ path: "contact.phone", old: "wrong" }],
      refused: [{ path: "address.city", subSchema: "address", reason: "invalid" }],
    });
    expect(chain.state.observed["address.city"]).toEqual({ time: minute(2), source: "crm" });
    // Asked again, once the schema takes it.
    const address = z.strictObject({ line: z.string(), city: z.string().optional() }).optional();
    const document = defineDocument("person", { id: ["number"], schema: person.schema.extend({ address }) });
    const again = await fold([undoOf({ event: wrong.id })], chain, { rules, document, rebuilt: true });
    expect(again.state.data).toEqual({ identity: { number: "1" }, address: { line: "mine" } });
  });

  it("seals its record: the personal values in it are committed to", async () => {
    const wrong = said(5, { email: "wrong" }, "store");
    const chain = await fold([said(1, { email: "a" }), wrong, undoOf({ event: wrong.id })]);
    const record = last(chain);
    expect(Object.keys(record?.personal.commitments ?? {})).toEqual(["/changes/0/old", "/changes/0/new"]);
    expect(record && hashOf(record, record.personal.commitments)).toBe(record?.hash);
    expect(record?.previous).toBe(chain.records.at(-2)?.hash);
  });
});

describe("an undo of a counter, which counts as events arrive", () => {
  it("takes the last count back", async () => {
    const visits = [1, 2, 3].map((at) => event(visited.type, minute(at)));
    const chain = await fold([...visits, undoOf({ event: visits[2]?.id ?? "" })]);
    expect(chain.state.data).toMatchObject({ visits: { count: 2 } });
  });

  it("leaves a count that others went on from", async () => {
    const visits = [1, 2, 3].map((at) => event(visited.type, minute(at)));
    const chain = await fold([...visits, undoOf({ event: visits[1]?.id ?? "" })]);
    expect(chain.state.data).toMatchObject({ visits: { count: 3 } });
  });
});

describe("what a record does not list", () => {
  const wrong = (): CloudEvent => said(7, { email: "wrong" }, "store");

  it("is known from the rule, while that is as it was built: what stood already, and that nothing was there", async () => {
    const culprit = wrong();
    const confirmed = [culprit, said(3, { email: "wrong" }), undoOf({ event: culprit.id })];
    expect(contact(await fold(confirmed))).toEqual({ email: "wrong" });
    const cleared = [
      said(5, { email: null }),
      said(1, { email: "old" }),
      culprit,
      undoOf({ event: culprit.id }),
    ];
    expect(contact(await fold(cleared))).toBeUndefined();
  });

  it("is known of values, and not of their absence, where the rule was built anew", async () => {
    const culprit = wrong();
    const confirmed = [culprit, said(3, { email: "wrong" }), undoOf({ event: culprit.id })];
    expect(contact(await fold(confirmed, undefined, { rebuilt: true }))).toEqual({ email: "wrong" });
    const cleared = [
      said(5, { email: null }),
      said(1, { email: "old" }),
      culprit,
      undoOf({ event: culprit.id }),
    ];
    expect(contact(await fold(cleared, undefined, { rebuilt: true }))).toEqual({ email: "old" });
  });
});

test("a removal counts for all below it, whatever its record lists and however its rule was built", async () => {
  const culprit = said(9, { phone: "wrong" }, "store");
  const events = [said(1, { email: "a" }), event(gone.type, minute(5)), said(3, { phone: "late" }), culprit];
  const chain = await fold([...events, undoOf({ event: culprit.id })], undefined, { rebuilt: true });
  expect(chain.state.data).toBeUndefined();
});

describe("what was erased", () => {
  const culprit = said(30, { email: "wrong", name: "wrong", address: PLACE }, "store");
  const erasure = eraseEvent("person|1", { run: "erasure", reason: "asked to", actor: "ana" }, minute(10));

  /** A chain with an erasure in its midst, whose run has come to the records before it, or has not yet. */
  async function erasedChain(isDone: boolean): Promise<Chain> {
    const before = await fold([said(1, { email: "secret", name: "Ana", address: OTHER })]);
    const sighting = { time: minute(20), source: "caudal" };
    const { data, observed, changes } = eraseDocument(before.state, person, sighting);
    const taken = { data, observed, changes, refused: [] };
    const recording = { undoing: { actor: "ana", reason: "" }, document: person, at: minute(20), salt: SALT };
    const { state, record } = recordUndo(before.state, erasure, taken, recording);
    const records = [...before.records, { ...record, rule: BY_ERASURE }];
    return fold([culprit], { state, records: isDone ? records.map(erasedRecord) : records });
  }

  it.each([true, false])("does not come back, and is told; once its run is done: %s", async (isDone) => {
    const chain = await erasedChain(isDone);
    const taken = await takenBy(undoOf({ event: culprit.id }), chain);
    expect(taken.data).toEqual({ identity: { number: "1" }, address: OTHER });
    expect(taken.erased).toEqual(["identity.name", "contact.email"]);
    expect(JSON.stringify(taken)).not.toContain("secret");
    // It was said all the same: what is older does not come in its place.
    const late = await fold([undoOf({ event: culprit.id }), said(15, { email: "late" })], chain);
    expect(contact(late)).toBeUndefined();
  });
});
