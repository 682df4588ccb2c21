import { describe, expect, it } from "vitest";
import { hashOf, seal, type Unsealed } from "../../../engine/audit/chain.ts";
import { erasedRecord, sealErased } from "../../../engine/privacy/erase-record.ts";
import { event, fold, gone, minute, told } from "../sync/shop.ts";

const facts = event(told.type, minute(1));
const unsealed: Unsealed = {
  id: "audit|e",
  kind: "audit",
  key: "person|1",
  entity: "person",
  entityId: "1",
  sequence: 1,
  version: 1,
  outcome: "created",
  rule: { name: "r", hash: "" },
  event: {
    ...facts,
    data: { number: "1", people: [{ name: "Ana" }, "plain", { name: "Eva" }], "a/b": "Zoë" },
  },
  changes: [{ path: "tags", subSchema: "tags", old: ["Ana", "vip"], new: ["Eva"] }],
  at: minute(2),
  previous: null,
};
const parts = { personal: [["people", "*", "name"], ["a/b"]], about: { personal: [["tags", "*"]] } };

describe("a record that is erased", () => {
  it("has neither values nor salt, keeps commitments and places in lists, and gives its hash", () => {
    const record = seal(unsealed, parts, new Uint8Array(16).fill(7));
    const erased = erasedRecord(record);
    expect(JSON.stringify(erased)).not.toMatch(/Ana|Eva|Zoë|vip/);
    expect(erased.personal).toEqual({ commitments: record.personal.commitments });
    expect(erased.event.data).toEqual({ number: "1", people: [{}, "plain", {}] });
    expect(erased.changes).toEqual([{ path: "tags", subSchema: "tags", old: [null, null], new: [null] }]);
    expect(hashOf(erased, erased.personal.commitments)).toBe(record.hash);
  });

  it("is the same when it is erased again, and so is one that held nothing personal, but for its salt", () => {
    const { records } = fold([
      event(told.type, minute(1), { email: "ana@x.co" }),
      event(gone.type, minute(3)),
    ]);
    for (const record of records) {
      const erased = erasedRecord(record);
      expect(erasedRecord(erased)).toEqual(erased);
      expect(erased.personal.salt).toBeUndefined();
      expect(hashOf(erased, erased.personal.commitments)).toBe(record.hash);
    }
  });

  it("never had its values where it was sealed so", () => {
    const record = sealErased(unsealed, parts);
    expect(JSON.stringify(record)).not.toMatch(/Ana|Eva|Zoë|vip/);
    expect(Object.keys(record.personal.commitments)).toHaveLength(6);
    expect(hashOf(record, record.personal.commitments)).toBe(record.hash);
  });
});
