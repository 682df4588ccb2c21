import { createHash } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { type Break, NOTHING_VERIFIED, type Verified } from "../../engine/audit/verify/break.ts";
import type { AuditRecord, RecordStub } from "../../engine/audit/record.ts";
import { verifyEntities, type VerifyScope, withEntity } from "../../engine/audit/verify/verify.ts";
import { breakOf, type Shelf } from "../../engine/audit/verify/verify-entity.ts";
import { type CloudEvent } from "../../engine/define/index.ts";
import { hashOf } from "../../engine/audit/chain.ts";
import { eraseNextRecords } from "../../engine/privacy/erase-chain.ts";
import { eraseEvent } from "../../engine/sync/control.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import {
  event,
  gone,
  goneRule,
  minute,
  person,
  told,
  toldRule,
  visited,
  visitedRule,
} from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";
import { rechained, rehashed, type Tamperer, tampererOf } from "./tampering.ts";

const account = useAccount();
const definitions = { documents: [person], rules: [toldRule, goneRule, visitedRule] };
let desk: Desk;
let shelf: Shelf;
let hand: Tamperer;
let entity = 0;
let key: string;

beforeAll(async () => {
  await makeContainers(account.database);
  desk = openDesk(account.database, definitions);
  shelf = desk.ports;
  hand = tampererOf(account.database.container("unified"));
});

const of = (subject: string, each: CloudEvent): CloudEvent => ({ ...each, subject });
const said = (at: number, facts: object): CloudEvent => of(key, event(told.type, minute(at), facts));
const large = "ñ".repeat(200_000);

/** Six records: one that was removed in between, and the fifth a large one. */
beforeEach(async () => {
  key = `person|${(entity += 1)}`;
  await desk.processor.process([said(1, { email: "a@example.com", name: "Ana" }), said(2, { phone: "1" })]);
  await desk.processor.process([of(key, event(gone.type, minute(3))), said(4, { email: "b@example.com" })]);
  await desk.processor.process([said(5, { email: large }), of(key, event(visited.type, minute(6)))]);
});

async function verify(scope: VerifyScope = { key }, from: Shelf = shelf): Promise<Verified> {
  let verified = NOTHING_VERIFIED;
  for await (const one of verifyEntities(from, scope)) verified = withEntity(verified, one);
  return verified;
}
async function found(scope?: VerifyScope): Promise<Partial<Break> | undefined> {
  const { breaks } = await verify(scope);
  expect(breaks.length).toBeLessThan(2);
  return breaks[0];
}
/** The record at a place, and all. */
async function at(place: number): Promise<AuditRecord> {
  const record = (await hand.records(key))[place - 1];
  if (!record) throw new Error(`there is no record ${place}`);
  return record;
}
/** Alters the record at a place, and says its id. */
async function alter(place: number, change: (record: AuditRecord) => object): Promise<string> {
  const record = await at(place);
  await hand.put({ ...record, ...change(record) });
  return record.id;
}
async function alterDocument(change: (document: DocumentItem) => object): Promise<void> {
  const document = await hand.document(key);
  await hand.put({ ...document, ...change(document) });
}
const broken = (kind: Break["kind"], sequence: number, id: string): Partial<Break> =>
  expect.objectContaining({ key, kind, sequence, id }) as Partial<Break>;

describe("what nobody altered", () => {
  it("holds, its large records fetched", async () => {
    expect(await verify()).toEqual({ entities: 1, records: 6, breaks: [] });
  });

  it("holds where its first event is parked, and where nothing is known of it", async () => {
    const parked = of(`${key}-parked`, event("person.unheard", minute(1)));
    await desk.processor.process([parked]);
    expect(await verify({ key: parked.subject })).toEqual({ entities: 1, records: 0, breaks: [] });
    expect(await verify({ key: `${key}-unheard` })).toEqual({ entities: 0, records: 0, breaks: [] });
  });

  it("holds among all others", async () => {
    const { entities, breaks } = await verify({});
    expect(entities).toBeGreaterThan(1);
    expect(breaks.filter((each) => each.key === key)).toEqual([]);
  });

  it("says what it could not look into without the blobs", async () => {
    expect(await verify({ key }, { documents: shelf.documents })).toEqual({
      entities: 1,
      records: 6,
      breaks: [],
      unread: 1,
    });
  });
});

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
    expect(await found()).toBeUndefined();
    const id = await alter(3, change);
    expect(await found()).toEqual(broken("altered", 3, id));
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
    const id = await alter(1, change);
    expect(await found()).toEqual(broken("altered", 1, id));
  });

  it("is named where its hash was made anew, by the one after it or the head", async () => {
    const id = await alter(3, (record) => rehashed({ ...record, reason: "why not" }));
    expect(await found()).toEqual(broken("altered", 3, id));
    const last = await alter(6, (record) => rehashed({ ...record, previous: "0".repeat(64) }));
    await alter(3, () => ({}));
    expect(await found()).toEqual(broken("altered", 3, id));
    expect(last).not.toBe(id);
  });

  it("is named where it was made to follow another one, and its hash was made anew", async () => {
    const id = await alter(4, (record) => rehashed({ ...record, previous: "0".repeat(64) }));
    expect(await found()).toEqual(broken("altered", 4, id));
  });

  it("is named where it is the last one", async () => {
    const id = await alter(6, (record) => rehashed({ ...record, at: "2026-01-01T00:00:00.000Z" }));
    expect(await found()).toEqual(broken("document", 6, "document"));
    await alter(6, () => ({ outcome: "skipped" }));
    expect(await found()).toEqual(broken("altered", 6, id));
  });

  it("is named by a place that another one has, as well", async () => {
    const id = await alter(3, () => ({ sequence: 2 }));
    expect(await found()).toEqual(broken("forked", 2, id));
  });

  it("is named where its personal values are gone, and there was no erasure", async () => {
    const id = await alter(1, ({ event: was, changes, personal: { commitments } }) => ({
      event: { ...was, data: { number: "1" } },
      changes: changes.map(({ new: value, ...each }) =>
        each.path.startsWith("contact") || each.path === "identity.name" ? each : { ...each, new: value },
      ),
      personal: { commitments },
    }));
    expect(await found()).toEqual(broken("altered", 1, id));
  });
});

describe("a record whose hash still fits", () => {
  it("is altered where what stands in the hash for a personal value was put in its place", async () => {
    const id = await alter(1, ({ event: was, changes, personal: { commitments } }) => {
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
    const record = await at(1);
    expect(hashOf(record, {})).toBe(record.hash);
    expect(await found()).toEqual(broken("altered", 1, id));
  });

  it("is altered where a commitment is said to be of another place, by an index that is none", async () => {
    await desk.processor.process([
      eraseEvent(key, { run: "run", reason: "asked", actor: "ana" }, minute(20)),
    ]);
    await eraseNextRecords(desk.ports, key, { after: 0, upTo: 7 });
    const id = await alter(1, ({ changes, personal: { commitments } }) => {
      const [pointer = ""] = Object.keys(commitments).filter((each) => each.startsWith("/changes/"));
      const { [pointer]: commitment = "", ...rest } = commitments;
      const index = Number(pointer.split("/")[2]);
      return {
        changes: changes.map((each, place) => (place === index ? { ...each, new: "forged" } : each)),
        personal: { commitments: { ...rest, [pointer.replace("/changes/", "/changes/0")]: commitment } },
      };
    });
    expect(await found()).toEqual(broken("altered", 1, id));
  });
});

describe("a large record", () => {
  const stub = async (): Promise<RecordStub> => (await at(5)) as unknown as RecordStub;

  it("is altered where its blob is, even if the stub says so", async () => {
    const { id, blob } = await stub();
    const bytes = Buffer.from((await desk.ports.blobs.get(blob.name)) ?? []);
    const at = bytes.indexOf('"visits"') > 0 ? bytes.indexOf('"visits"') : bytes.length - 20;
    bytes.write("x", at);
    await desk.ports.blobs.put(blob.name, bytes);
    expect(await found()).toEqual(broken("altered", 5, id));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    await alter(5, () => ({ blob: { ...blob, sha256 } }));
    expect(await found()).toEqual(broken("altered", 5, id));
  });

  it("is altered where its stub is", async () => {
    const id = await alter(5, () => ({ outcome: "skipped" }));
    expect(await found()).toEqual(broken("altered", 5, id));
  });

  it("is missing where its blob is", async () => {
    const { id, blob } = await stub();
    await desk.ports.blobs.delete(blob.name);
    expect(await found()).toEqual(broken("missing", 5, id));
  });

  it("is followed by its links alone without the blobs", async () => {
    const { id } = await stub();
    await alter(5, () => ({ hash: "0".repeat(64) }));
    const { breaks } = await verify({ key }, { documents: shelf.documents });
    expect(breaks).toEqual([broken("altered", 5, id)]);
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
      const id = await alter(5, () => forged);
      expect(await found()).toEqual(broken("altered", 5, id));
      const { breaks } = await verify({ key }, { documents: shelf.documents });
      expect(breaks).toEqual([broken("altered", 5, id)]);
    },
  );
});

describe("a record that is gone", () => {
  test.each([1, 3])("is missing: number %d", async (place) => {
    const [gone, next] = [await at(place), await at(place + 1)];
    await hand.remove(gone);
    expect(await found()).toEqual(broken("missing", place, next.id));
  });

  it("is missing where it was the last one, or one of many", async () => {
    await hand.remove(await at(6));
    expect(await found()).toEqual(broken("missing", 6, "document"));
    await hand.remove(await at(5), await at(4));
    expect(await found()).toEqual(broken("missing", 4, "document"));
  });

  it("is missing where all of them are", async () => {
    await hand.remove(...(await hand.records(key)));
    expect(await found()).toEqual(broken("missing", 1, "document"));
  });
});

describe("two records that were exchanged", () => {
  test.each([false, true])("are reordered: their places (hashes made anew: %s)", async (anew) => {
    const [one, other] = [await at(2), await at(3)];
    const made = anew ? rehashed : (record: AuditRecord) => record;
    await hand.put(made({ ...one, sequence: 3 }), made({ ...other, sequence: 2 }));
    expect(await found()).toEqual(broken("reordered", 2, other.id));
  });

  test.each([false, true])(
    "are reordered: what they say, between their ids (hashes made anew: %s)",
    async (anew) => {
      const [one, other] = [await at(2), await at(4)];
      const made = anew ? rehashed : (record: AuditRecord) => record;
      await hand.put(made({ ...one, id: other.id }), made({ ...other, id: one.id }));
      expect(await found()).toEqual(broken("reordered", 2, other.id));
    },
  );

  it("are reordered where all but place and id was exchanged", async () => {
    const [one, other] = [await at(2), await at(4)];
    await hand.put({ ...one, id: other.id, sequence: 4 }, { ...other, id: one.id, sequence: 2 });
    expect(await found()).toEqual(broken("reordered", 2, one.id));
  });
});

describe("a record more than there were", () => {
  it("forks the chain where it has the place of another", async () => {
    const record = await at(3);
    const forged = rehashed({
      ...record,
      id: "audit|crm:forged",
      event: { ...record.event, id: "crm:forged" },
    });
    await hand.put(forged);
    expect(await found()).toEqual(broken("forked", 3, forged.id));
  });

  it("forks the chain where it follows the same one as another", async () => {
    const record = await at(3);
    const event = { ...record.event, id: "crm:forged" };
    const forged = rehashed({ ...record, id: "audit|crm:forged", event, sequence: 7 });
    await hand.put(forged);
    expect(await found()).toEqual(broken("forked", 3, forged.id));
  });

  it("goes on past the document where it follows the last one", async () => {
    const record = await at(6);
    const event = { ...record.event, id: "crm:forged" };
    const forged = rehashed({ ...record, id: "audit|crm:forged", event, sequence: 7, previous: record.hash });
    await hand.put(forged);
    expect(await found()).toEqual(broken("document", 7, forged.id));
  });
});

describe("a document that is not what its records come to", () => {
  test.each<[string, (document: DocumentItem) => object]>([
    ["its data", () => ({ data: { identity: { number: "1", name: "Eve" } } })],
    ["no data", () => ({ data: undefined })],
    ["its version", ({ version }) => ({ version: version + 1 })],
    ["its head", () => ({ head: "0".repeat(64) })],
    ["its sequence", ({ sequence }) => ({ sequence: sequence + 1 })],
    ["that it is removed", () => ({ deleted: true })],
    ["its entity", () => ({ entity: "persom" })],
    ["its kind", () => ({ kind: "documenu" })],
  ])("is named: %s", async (_, change) => {
    await alterDocument(change);
    expect(await found()).toEqual(broken("document", expect.any(Number) as never, "document"));
  });

  it("is named where it was put back to what it was before", async () => {
    const [newest, before] = [await at(6), await at(5)];
    await alterDocument(() => ({ sequence: 5, head: before.hash, version: before.version }));
    expect(await found()).toEqual(broken("document", 6, newest.id));
  });

  it("is named where it is gone, and its records are there", async () => {
    await hand.remove(await hand.document(key));
    expect(await found()).toEqual(broken("document", 6, "document"));
    expect((await verify({})).breaks).toContainEqual(broken("document", 6, "document"));
  });

  it("is named where it says that it is there again", async () => {
    await desk.processor.process([of(key, event(gone.type, minute(9)))]);
    expect(await found()).toBeUndefined();
    await alterDocument(() => ({ deleted: undefined }));
    expect(await found()).toEqual(broken("document", 7, "document"));
  });

  it("does not hide a chain that was written anew behind it", async () => {
    // All but the large one, which has what it follows in its blob as well.
    const records = (await hand.records(key)).slice(0, 4);
    const [first, ...others] = records;
    if (!first) throw new Error("no record");
    await hand.put(...rechained([{ ...first, at: "2020-01-01T00:00:00.000Z" }, ...others], 0));
    expect(await found()).toEqual(broken("altered", 4, records[3]?.id ?? ""));
  });
});

describe("an erasure", () => {
  it("leaves a chain that holds, and a document that is what its records come to: before, amid and after", async () => {
    const erasing = { run: "run", reason: "asked for", actor: "ana" };
    await desk.processor.process([eraseEvent(key, erasing, minute(20))]);
    expect(await verify()).toEqual({ entities: 1, records: 7, breaks: [] });
    await eraseNextRecords(desk.ports, key, { after: 0, upTo: 3 });
    expect(await verify()).toEqual({ entities: 1, records: 7, breaks: [] });
    await eraseNextRecords(desk.ports, key, { after: 0, upTo: 7 });
    const [first] = await hand.records(key);
    expect(first?.personal).not.toHaveProperty("salt");
    expect(await verify()).toEqual({ entities: 1, records: 7, breaks: [] });
    await desk.processor.process([said(30, { email: "new@example.com" })]);
    expect(await verify()).toEqual({ entities: 1, records: 8, breaks: [] });
    const id = await alter(1, ({ event: was }) => ({
      event: { ...was, data: { email: "forged@example.com" } },
    }));
    expect(await found()).toEqual(broken("altered", 1, id));
  });

  it("does not speak for what was recorded after it, nor for another time", async () => {
    await desk.processor.process([
      eraseEvent(key, { run: "run", reason: "asked for", actor: "ana" }, minute(20)),
    ]);
    await desk.processor.process([said(600_000, { email: "new@example.com" })]);
    expect(await found()).toBeUndefined();
    const { erased } = await hand.document(key);
    await alterDocument(() => ({ erased: { at: "2099-01-01T00:00:00.000Z" } }));
    expect(await found()).toEqual(broken("document", 8, "document"));
    await alterDocument(() => ({ erased }));
    const id = await alter(8, ({ event: was, changes, personal: { commitments } }) => ({
      event: { ...was, data: { number: "1" } },
      changes: changes.map(({ path, subSchema }) => ({ path, subSchema })),
      personal: { commitments },
    }));
    await alterDocument(({ data }) => ({ data: { ...(data as object), contact: undefined } }));
    expect(await found()).toEqual(broken("altered", 8, id));
  });
});

describe("what changed since a time", () => {
  it("is verified alone, by the store's clock: also what somebody altered by hand", async () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await verify({ since: later })).toEqual({ entities: 0, records: 0, breaks: [] });
    const id = await alter(3, () => ({ reason: "other" }));
    const { entities, breaks } = await verify({ since: new Date(Date.now() - 1_000).toISOString() });
    expect(entities).toBeGreaterThan(0);
    expect(breaks).toContainEqual(broken("altered", 3, id));
  });
});

describe("while events are processed", () => {
  it("nothing is broken in an entity that is written between each two looks at it", async () => {
    let looks = 0;
    const documents: Shelf["documents"] = {
      read: (...asked) => desk.ports.documents.read(...asked),
      async query(...asked) {
        await desk.processor.process([said(40 + (looks += 1), { email: `${looks}@example.com` })]);
        return desk.ports.documents.query(...asked);
      },
    };
    expect(await breakOf({ ...shelf, documents }, key)).toBeUndefined();
    expect(looks).toBeGreaterThan(0);
  });

  it("nothing is broken", async () => {
    const hosts = [openDesk(account.database, definitions), openDesk(account.database, definitions)];
    for (const each of hosts) Object.assign(each.ports, { blobs: desk.ports.blobs });
    const keys = ["a", "b", "c", "d"].map((name) => `person|hot-${name}`);
    const state = { busy: true };
    const work = hosts.map(async ({ processor }, host) => {
      for (let n = 0; n < 60; n++) {
        await Promise.all(
          keys
            .slice(host * 2, host * 2 + 2)
            .map((subject) =>
              processor.process([
                of(subject, event(told.type, minute(n), { email: `${host}-${n}`, tags: [`${n}`] })),
                of(subject, event(n % 7 === 6 ? gone.type : visited.type, minute(n))),
              ]),
            ),
        );
      }
    });
    const done = Promise.all(work).finally(() => (state.busy = false));
    let looks = 0;
    while (state.busy) {
      for (const hot of keys) expect((await verify({ key: hot })).breaks).toEqual([]);
      const { breaks } = await verify({ after: "person|hot-" });
      expect(breaks).toEqual([]);
      looks += 1;
    }
    await done;
    expect(looks).toBeGreaterThan(2);
    for (const hot of keys)
      expect(await verify({ key: hot })).toEqual({ entities: 1, records: 120, breaks: [] });
  }, 60_000);
});
