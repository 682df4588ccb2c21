import { createHash } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import { hashOf } from "../../engine/audit/chain.ts";
import type { AuditRecord, RecordStub } from "../../engine/audit/record.ts";
import { eraseNextRecords } from "../../engine/privacy/erase-chain.ts";
import { eraseEvent } from "../../engine/sync/control.ts";
import { minute } from "../unit/sync/shop.ts";
import { rehashed } from "./tampering.ts";
import { OneVerified } from "./verify-desk.ts";

const shop = new OneVerified();

describe("a record that was altered", () => {
  test.each<[string, (record: AuditRecord) => object]>([
    ["a word of its reason", () => ({ reason: "asked to gp" })],
    ["its outcome", () => ({ outcome: "unchanged" })],
    ["its version", ({ version }) => ({ version: version + 1 })],
    ["its time", () => ({ at: "2026-01-01T00:00:00.000Z" })],
    ["its rule", () => ({ rule: { name: "person-gone", hash: "hasi" } })],
    ["its event", ({ event: was }) => ({ event: { ...was, source: "crn" } })],
    ["its event's id", ({ event: was }) => ({ event: { ...was, id: `${was.id}0` } })],
    ["its changes", () => ({ changes: [] })],
    ["what it follows", () => ({ previous: "0".repeat(64) })],
    ["its hash", () => ({ hash: "0".repeat(64) })],
    ["its kind", () => ({ kind: "audiu" })],
    ["its entity", () => ({ entityId: "2" })],
    ["its place, to one that there is not", () => ({ sequence: 77 })],
    ["a place that is none", () => ({ sequence: "3" })],
    ["no event at all", () => ({ event: null })],
    ["commitments that are none", () => ({ personal: null })],
  ])("is named: %s", async (_, change) => {
    expect(await shop.found()).toBeUndefined();
    const id = await shop.alter(3, change);
    expect(await shop.found()).toEqual(shop.broken("altered", 3, id));
  });

  test.each<[string, (record: AuditRecord) => object]>([
    [
      "a personal value",
      ({ event: was }) => ({ event: { ...was, data: { number: "1", email: "c@example.com", name: "Ana" } } }),
    ],
    [
      "a personal value in its changes",
      ({ changes }) => ({ changes: changes.map((each) => ({ ...each, new: "other" })) }),
    ],
    [
      "a personal value that is gone",
      ({ event: was }) => ({ event: { ...was, data: { number: "1", name: "Ana" } } }),
    ],
    [
      "the salt",
      ({ personal }) => ({ personal: { ...personal, salt: Buffer.alloc(16, 1).toString("base64") } }),
    ],
    ["the salt that is gone", ({ personal: { commitments } }) => ({ personal: { commitments } })],
    [
      "a commitment",
      ({ personal }) => ({
        personal: { ...personal, commitments: { ...personal.commitments, "/event/data/email": "00" } },
      }),
    ],
    [
      "a commitment to nothing",
      ({ personal }) => ({
        personal: { ...personal, commitments: { ...personal.commitments, "/event/data/x": "00" } },
      }),
    ],
    ["a commitment that is gone", ({ personal: { salt } }) => ({ personal: { salt, commitments: {} } })],
  ])("is named: %s", async (_, change) => {
    const id = await shop.alter(1, change);
    expect(await shop.found()).toEqual(shop.broken("altered", 1, id));
  });

  it("is named where its hash was made anew, by the one after it or the head", async () => {
    const id = await shop.alter(3, (record) => rehashed({ ...record, reason: "why not" }));
    expect(await shop.found()).toEqual(shop.broken("altered", 3, id));
    const last = await shop.alter(6, (record) => rehashed({ ...record, previous: "0".repeat(64) }));
    await shop.alter(3, () => ({}));
    expect(await shop.found()).toEqual(shop.broken("altered", 3, id));
    expect(last).not.toBe(id);
  });

  it("is named where it was made to follow another one, and its hash was made anew", async () => {
    const id = await shop.alter(4, (record) => rehashed({ ...record, previous: "0".repeat(64) }));
    expect(await shop.found()).toEqual(shop.broken("altered", 4, id));
  });

  it("is named where it is the last one", async () => {
    const id = await shop.alter(6, (record) => rehashed({ ...record, at: "2026-01-01T00:00:00.000Z" }));
    expect(await shop.found()).toEqual(shop.broken("document", 6, "document"));
    await shop.alter(6, () => ({ outcome: "skipped" }));
    expect(await shop.found()).toEqual(shop.broken("altered", 6, id));
  });

  it("is named by a place that another one has, as well", async () => {
    const id = await shop.alter(3, () => ({ sequence: 2 }));
    expect(await shop.found()).toEqual(shop.broken("forked", 2, id));
  });

  it("is named where its personal values are gone, and there was no erasure", async () => {
    const id = await shop.alter(1, ({ event: was, changes, personal: { commitments } }) => ({
      event: { ...was, data: { number: "1" } },
      changes: changes.map(({ new: value, ...each }) =>
        each.path.startsWith("contact") || each.path === "identity.name" ? each : { ...each, new: value },
      ),
      personal: { commitments },
    }));
    expect(await shop.found()).toEqual(shop.broken("altered", 1, id));
  });
});

describe("a record whose hash still fits", () => {
  it("is altered where what stands in the hash for a personal value was put in its place", async () => {
    const id = await shop.alter(1, ({ event: was, changes, personal: { commitments } }) => {
      const of = (pointer: string): object => ({ commitment: commitments[pointer] });
      return {
        event: { ...was, data: { ...(was.data as object), email: of("/event/data/email") } },
        changes: changes.map((each, index) => {
          const pointer = `/changes/${index}/new`;
          return pointer in commitments ? { ...each, new: of(pointer) } : each;
        }),
        personal: { commitments: {} },
      };
    });
    const record = await shop.at(1);
    expect(hashOf(record, {})).toBe(record.hash);
    expect(await shop.found()).toEqual(shop.broken("altered", 1, id));
  });

  it("is altered where a commitment is said to be of another place, by an index that is none", async () => {
    await shop.give(eraseEvent(shop.key, { run: "run", reason: "asked", actor: "ana" }, minute(20)));
    await eraseNextRecords(shop.desk.ports, shop.key, { after: 0, upTo: 7 });
    const id = await shop.alter(1, ({ changes, personal: { commitments } }) => {
      const [pointer = ""] = Object.keys(commitments).filter((each) => each.startsWith("/changes/"));
      const { [pointer]: commitment = "", ...rest } = commitments;
      const index = Number(pointer.split("/")[2]);
      return {
        changes: changes.map((each, place) => (place === index ? { ...each, new: "forged" } : each)),
        personal: { commitments: { ...rest, [pointer.replace("/changes/", "/changes/0")]: commitment } },
      };
    });
    expect(await shop.found()).toEqual(shop.broken("altered", 1, id));
  });
});

describe("a large record", () => {
  const stub = async (): Promise<RecordStub> => (await shop.at(5)) as unknown as RecordStub;

  it("is altered where its blob is, even if the stub says so", async () => {
    const { id, blob } = await stub();
    const bytes = Buffer.from((await shop.desk.ports.blobs.get(blob.name)) ?? []);
    const at = bytes.indexOf('"visits"') > 0 ? bytes.indexOf('"visits"') : bytes.length - 20;
    bytes.write("x", at);
    await shop.desk.ports.blobs.put(blob.name, bytes);
    expect(await shop.found()).toEqual(shop.broken("altered", 5, id));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await shop.alter(5, () => ({ blob: { ...blob, sha256 } }));
    expect(await shop.found()).toEqual(shop.broken("altered", 5, id));
  });

  it("is altered where its stub is", async () => {
    const id = await shop.alter(5, () => ({ outcome: "skipped" }));
    expect(await shop.found()).toEqual(shop.broken("altered", 5, id));
  });

  it("is missing where its blob is", async () => {
    const { id, blob } = await stub();
    await shop.desk.ports.blobs.delete(blob.name);
    expect(await shop.found()).toEqual(shop.broken("missing", 5, id));
  });

  it("is followed by its links alone without the blobs", async () => {
    const { id } = await stub();
    await shop.alter(5, () => ({ hash: "0".repeat(64) }));
    const { breaks } = await shop.whole({ documents: shop.desk.ports.documents });
    expect(breaks).toEqual([shop.broken("altered", 5, id)]);
  });
});

describe("what passes for the stub of a large record", () => {
  it.each([
    ["names no blob", { blob: { name: "", sha256: "", bytes: 0 } }],
    ["names a blob elsewhere", { blob: { name: "../../x", sha256: "", bytes: 0 } }],
    ["has no changes", { changes: undefined }],
    ["has no event", { event: undefined }],
  ])(
    "is altered where it %s, and everything else is verified, with the blobs and without",
    async (_, forged) => {
      const id = await shop.alter(5, () => forged);
      expect(await shop.found()).toEqual(shop.broken("altered", 5, id));
      const { breaks } = await shop.whole({ documents: shop.desk.ports.documents });
      expect(breaks).toEqual([shop.broken("altered", 5, id)]);
    },
  );
});

describe("a record that is gone", () => {
  test.each([1, 3])("is missing: number %d", async (place) => {
    const [gone, next] = [await shop.at(place), await shop.at(place + 1)];
    await shop.hand.remove(gone);
    expect(await shop.found()).toEqual(shop.broken("missing", place, next.id));
  });

  it("is missing where it was the last one, or one of many", async () => {
    await shop.hand.remove(await shop.at(6));
    expect(await shop.found()).toEqual(shop.broken("missing", 6, "document"));
    await shop.hand.remove(await shop.at(5), await shop.at(4));
    expect(await shop.found()).toEqual(shop.broken("missing", 4, "document"));
  });

  it("is missing where all of them are", async () => {
    await shop.hand.remove(...(await shop.hand.records(shop.key)));
    expect(await shop.found()).toEqual(shop.broken("missing", 1, "document"));
  });
});

describe("two records that were exchanged", () => {
  test.each([false, true])("are reordered: their places (hashes made anew: %s)", async (anew) => {
    const [one, other] = [await shop.at(2), await shop.at(3)];
    const made = anew ? rehashed : (record: AuditRecord) => record;
    await shop.hand.put(made({ ...one, sequence: 3 }), made({ ...other, sequence: 2 }));
    expect(await shop.found()).toEqual(shop.broken("reordered", 2, other.id));
  });

  test.each([false, true])(
    "are reordered: what they say, between their ids (hashes made anew: %s)",
    async (anew) => {
      const [one, other] = [await shop.at(2), await shop.at(4)];
      const made = anew ? rehashed : (record: AuditRecord) => record;
      await shop.hand.put(made({ ...one, id: other.id }), made({ ...other, id: one.id }));
      expect(await shop.found()).toEqual(shop.broken("reordered", 2, other.id));
    },
  );

  it("are reordered where all but place and id was exchanged", async () => {
    const [one, other] = [await shop.at(2), await shop.at(4)];
    await shop.hand.put({ ...one, id: other.id, sequence: 4 }, { ...other, id: one.id, sequence: 2 });
    expect(await shop.found()).toEqual(shop.broken("reordered", 2, one.id));
  });
});

describe("a record more than there were", () => {
  it("forks the chain where it has the place of another", async () => {
    const record = await shop.at(3);
    const forged = rehashed({
      ...record,
      id: "audit|crm:forged",
      event: { ...record.event, id: "crm:forged" },
    });
    await shop.hand.put(forged);
    expect(await shop.found()).toEqual(shop.broken("forked", 3, forged.id));
  });

  it("forks the chain where it follows the same one as another", async () => {
    const record = await shop.at(3);
    const event = { ...record.event, id: "crm:forged" };
    const forged = rehashed({ ...record, id: "audit|crm:forged", event, sequence: 7 });
    await shop.hand.put(forged);
    expect(await shop.found()).toEqual(shop.broken("forked", 3, forged.id));
  });

  it("goes on past the document where it follows the last one", async () => {
    const record = await shop.at(6);
    const event = { ...record.event, id: "crm:forged" };
    const forged = rehashed({ ...record, id: "audit|crm:forged", event, sequence: 7, previous: record.hash });
    await shop.hand.put(forged);
    expect(await shop.found()).toEqual(shop.broken("document", 7, forged.id));
  });
});
