import { describe, expect, test } from "vitest";
import { checkRecord, checkWhole } from "../../../engine/audit/verify/check-record.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { shelve } from "../../../engine/audit/stub.ts";
import { erasedRecord } from "../../../engine/privacy/erase-record.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { event, fold, minute, told } from "../sync/shop.ts";

const { records } = fold([event(told.type, minute(1), { email: "a@example.com", tags: ["x", "y"] })]);
const [record] = JSON.parse(JSON.stringify(records)) as [AuditRecord];
const kindOf = (item: object): string | undefined => checkWhole(item).fault?.kind;

describe("a record by itself", () => {
  test("holds as it was sealed, and erased", () => {
    expect(checkWhole(record)).toEqual({ record });
    const erased = erasedRecord(record);
    expect(checkWhole(erased)).toEqual({ record: erased, erased: true });
  });

  test("is altered where an erased value is there again", () => {
    const erased = erasedRecord(record);
    expect(kindOf({ ...erased, event: record.event })).toBe("altered");
  });

  test("is altered where its salt is other text for the same bytes", () => {
    const { salt = "", commitments } = record.personal;
    // The last character of 16 bytes has four bits that mean nothing.
    const same = salt.replace(
      /(.)==$/,
      (_, last: string) => `${String.fromCharCode(last.charCodeAt(0) + 1)}==`,
    );
    expect(Buffer.from(same, "base64")).toEqual(Buffer.from(salt, "base64"));
    expect(kindOf({ ...record, personal: { salt: same, commitments } })).toBe("altered");
  });

  test.each<[string, object]>([
    ["no members", {}],
    ["a sequence that is no number", { ...record, sequence: "1" }],
    ["no event", { ...record, event: null }],
    ["changes that are none", { ...record, changes: { length: 1 } }],
    ["changes without a path", { ...record, changes: [{}] }],
    ["commitments that are no texts", { ...record, personal: { commitments: { "/a": 1 } } }],
    ["a lone surrogate", { ...record, reason: "\ud800" }],
    ["a pointer into its prototype", { ...record, personal: { commitments: { "/__proto__/x": "00" } } }],
  ])("is altered, and nothing is thrown, with %s", (_, item) => {
    expect(kindOf(item)).toBe("altered");
  });

  test("is not looked into where it lies in a blob and there is no access to blobs", async () => {
    const { records: large } = fold([event(told.type, minute(1), { email: "ñ".repeat(200_000) })]);
    const [whole] = large as [AuditRecord];
    const shelved = shelve(whole);
    if (!("whole" in shelved)) throw new TypeError("it is no stub");
    expect(await checkRecord(shelved.item, undefined)).toEqual({});
    const { blobs } = memoryPorts();
    expect(await checkRecord(shelved.item, blobs)).toMatchObject({ fault: { kind: "missing" } });
    await blobs.put(shelved.item.blob.name, Buffer.from("no JSON"));
    expect(await checkRecord(shelved.item, blobs)).toMatchObject({ fault: { kind: "altered" } });
    await blobs.put(shelved.item.blob.name, shelved.whole);
    expect(await checkRecord(shelved.item, blobs)).toMatchObject({ record: { hash: whole.hash } });
  });
});
