import { describe, expect, it } from "vitest";
import { z } from "zod";
import { commit, hashOf } from "../../../engine/audit/chain.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { defineDocument, defineEvent, defineRule, personal } from "../../../engine/define/index.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { event, fold, gone, minute, told } from "../sync/shop.ts";

function last(...events: Parameters<typeof fold>[0]): AuditRecord {
  const record = fold(events).records.at(-1);
  if (!record) throw new Error("nothing was folded");
  return record;
}
const rehash = (record: AuditRecord): string => hashOf(record, record.personal.commitments);

describe("the hash of an audit record", () => {
  const record = last(event(told.type, minute(1), { email: "ana@x.co", name: "Ana" }));

  it("commits to personal values of the event and of the changes, by place", () => {
    expect(Object.keys(record.personal.commitments).toSorted()).toEqual([
      "/changes/1/new",
      "/changes/2/new",
      "/event/data/email",
    ]);
  });

  it("commits to what looks like a commitment, so that none can be put in the place of a value", () => {
    const literal = { commitment: "0".repeat(64) };
    const { personal: sealed } = last(event(gone.type, minute(1), { seen: literal }));
    expect(Object.keys(sealed.commitments)).toEqual(["/event/data/seen"]);
  });

  it("commits to personal values inside a list that changed as a whole", () => {
    const family = defineDocument("person", {
      id: ["number"],
      schema: z.strictObject({
        identity: z.strictObject({ number: z.string() }),
        household: z
          .strictObject({ people: z.array(z.strictObject({ name: personal(z.string()), age: z.int() })) })
          .optional(),
      }),
    });
    const on = defineEvent("person.told", { about: family, data: z.looseObject({ number: z.string() }) });
    const rule = defineRule({
      on,
      to: family,
      apply: (_current, { data }) => ({
        identity: { number: data.number },
        household: { people: [{ name: "Ana", age: 7 }] },
      }),
    });
    const { records } = fold([event(told.type, minute(1))], NOTHING, { [told.type]: rule });
    expect(Object.keys(records[0]?.personal.commitments ?? {})).toEqual(["/changes/1/new/0/name"]);
  });

  it("holds a commitment that only the salt opens", () => {
    const salt = Buffer.from(record.personal.salt ?? "", "base64");
    expect(record.personal.commitments["/event/data/email"]).toBe(commit(salt, "ana@x.co"));
    expect(commit(new Uint8Array(16), "ana@x.co")).not.toBe(commit(salt, "ana@x.co"));
  });

  it("still holds after the personal values and the salt are deleted", () => {
    const erased: AuditRecord = {
      ...record,
      event: { ...record.event, data: { number: "1", name: "Ana" } },
      changes: record.changes.map(({ path, subSchema, new: value }) =>
        path === "identity.number" ? { path, subSchema, new: value } : { path, subSchema },
      ),
      personal: { commitments: record.personal.commitments },
    };
    expect(rehash(erased)).toBe(record.hash);
  });

  it.each([
    [
      "a plain value",
      { ...record, event: { ...record.event, data: { ...(record.event.data as object), number: "2" } } },
    ],
    ["the outcome", { ...record, outcome: "updated" as const }],
    ["the record before", { ...record, previous: "0".repeat(64) }],
    ["the rule", { ...record, rule: { ...record.rule, hash: "other" } }],
    [
      "a commitment",
      { ...record, personal: { commitments: { ...record.personal.commitments, "/event/data/email": "00" } } },
    ],
    ["the time", { ...record, at: minute(601) }],
  ])("changes with %s", (_what, altered) => {
    expect(rehash(altered)).not.toBe(record.hash);
  });

  it("does not change with what the store adds", () => {
    expect(rehash({ ...record, _etag: '"1"', _ts: 5 } as AuditRecord)).toBe(record.hash);
  });

  it("covers the values that lost", () => {
    const loser = last(
      event(told.type, minute(5), { email: "new@x.co" }),
      event(told.type, minute(1), { email: "old@x.co" }),
    );
    expect(loser.refused).toHaveLength(1);
    expect(Object.keys(loser.personal.commitments)).toContain("/refused/0/new");
    expect(rehash({ ...loser, refused: [] })).not.toBe(loser.hash);
  });

  it("covers a removal with every value that went", () => {
    const removal = last(event(told.type, minute(1), { phone: "1" }), event(gone.type, minute(2)));
    expect(Object.keys(removal.personal.commitments)).toContain("/changes/1/old");
  });
});
