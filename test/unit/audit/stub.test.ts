import { beforeEach, describe, expect, test } from "vitest";
import { commit, hashOf } from "../../../engine/audit/chain.ts";
import type { AuditRecord, RecordStub } from "../../../engine/audit/record.ts";
import { shelve, wholeRecord } from "../../../engine/audit/stub.ts";
import { BlobLostError } from "../../../engine/errors/blob-lost-error.ts";
import { announcementOf } from "../../../engine/sync/announce.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { event, fold, minute, told } from "../sync/shop.ts";

const secret = "ñ".repeat(200_000);
const { records } = fold([
  event(told.type, minute(2), { name: "Ana", email: "a@example.com" }),
  // Its phone is new; the rest loses to what is newer.
  event(told.type, minute(1), { name: null, email: secret, phone: "1" }, "shop"),
]);
const [small, large] = records as [AuditRecord, AuditRecord];

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});
/** Shelves the large record, its blob in place, and gives the stub as the store does. */
async function stub(): Promise<RecordStub> {
  const shelved = shelve(large);
  if (!("whole" in shelved)) throw new TypeError("it is no stub");
  await ports.blobs.put(shelved.item.blob.name, shelved.whole);
  return JSON.parse(JSON.stringify(shelved.item)) as RecordStub;
}

describe("a record", () => {
  test("that the store takes is stored as it is", async () => {
    const shelved = shelve(small);
    expect(shelved).toEqual({ item: small, bytes: Buffer.byteLength(JSON.stringify(small)) });
    expect(await wholeRecord(shelved.item, ports.blobs)).toBe(small);
  });

  test("that is too large leaves a stub that tells what it did, and no value", async () => {
    const left = await stub();
    const { personal: _personal, event: _event, changes: _changes, refused: _refused, ...same } = large;
    expect(left).toMatchObject(same);
    expect(left.event).toEqual({ ...large.event, data: undefined });
    expect(left.changes).toEqual([{ path: "contact.phone", subSchema: "contact" }]);
    expect(left.refused?.map(({ path, reason }) => [path, reason])).toEqual([
      ["identity.name", "stale"],
      ["contact.email", "stale"],
    ]);
    expect(Object.keys(left).toSorted()).toEqual(
      [...Object.keys(same), "blob", "changes", "event", "refused"].toSorted(),
    );
    expect(JSON.stringify(left)).not.toContain("ñ");
    expect(shelve(large).bytes).toBe(Buffer.byteLength(JSON.stringify(left)));
  });

  test("is whole again from its stub, and verifies: hash and commitments", async () => {
    const whole = await wholeRecord(await stub(), ports.blobs);
    expect(whole).toEqual(large);
    const { salt = "", commitments } = whole.personal;
    expect(hashOf(whole, commitments)).toBe(whole.hash);
    expect(commitments["/event/data/email"]).toBe(commit(Buffer.from(salt, "base64"), secret));
  });

  test("is announced from its stub as from the whole", async () => {
    expect(announcementOf(await stub(), undefined)).toEqual(announcementOf(large, undefined));
  });

  test("recorded twice has a blob for each: salt and time differ, and so does the hash", async () => {
    const again = { ...large, hash: "0".repeat(64) };
    const name = (record: AuditRecord): string => (shelve(record).item as RecordStub).blob.name;
    expect(name(large)).not.toBe(name(again));
    expect(name(large)).toMatch(/^audit\/[0-9a-f]{64}\/[0-9a-f]{64}\/[0-9a-f]{64}$/);
  });
});

describe("a stub whose blob", () => {
  test("is gone throws that it is missing", async () => {
    const left = await stub();
    await ports.blobs.delete(left.blob.name);
    await expect(wholeRecord(left, ports.blobs)).rejects.toThrow(
      new BlobLostError(left.blob.name, "missing"),
    );
  });

  test("was altered throws that it was", async () => {
    const left = await stub();
    await ports.blobs.put(left.blob.name, Buffer.from(JSON.stringify({ ...large, outcome: "created" })));
    await expect(wholeRecord(left, ports.blobs)).rejects.toThrow(
      new BlobLostError(left.blob.name, "altered"),
    );
  });
});
