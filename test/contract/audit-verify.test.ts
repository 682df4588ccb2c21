import { describe, expect, it, test } from "vitest";
import { breakOf, type Shelf } from "../../engine/audit/verify/verify-entity.ts";
import { eraseNextRecords } from "../../engine/privacy/erase-chain.ts";
import { eraseEvent } from "../../engine/sync/control.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import { event, gone, minute, told, visited } from "../unit/sync/shop.ts";
import { openDesk } from "./mending-desk.ts";
import { rechained } from "./tampering.ts";
import { OneVerified } from "./verify-desk.ts";

const shop = new OneVerified();

describe("what nobody altered", () => {
  it("holds, its large records fetched", async () => {
    expect(await shop.whole()).toEqual({ entities: 1, records: 6, breaks: [] });
  });

  it("holds where its first event is parked, and where nothing is known of it", async () => {
    const parked = { ...event("person.unheard", minute(1)), subject: `${shop.key}-parked` };
    await shop.give(parked);
    expect(await shop.verify({ key: parked.subject })).toEqual({ entities: 1, records: 0, breaks: [] });
    expect(await shop.verify({ key: `${shop.key}-unheard` })).toEqual({
      entities: 0,
      records: 0,
      breaks: [],
    });
  });

  it("holds among all others", async () => {
    const { entities, breaks } = await shop.verify({});
    expect(entities).toBeGreaterThan(1);
    expect(breaks.filter((each) => each.key === shop.key)).toEqual([]);
  });

  it("says what it could not look into without the blobs", async () => {
    expect(await shop.whole({ documents: shop.desk.ports.documents })).toEqual({
      entities: 1,
      records: 6,
      breaks: [],
      unread: 1,
    });
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
    await shop.alterDocument(change);
    expect(await shop.found()).toEqual(shop.broken("document", expect.any(Number) as never, "document"));
  });

  it("is named where it was put back to what it was before", async () => {
    const [newest, before] = [await shop.at(6), await shop.at(5)];
    await shop.alterDocument(() => ({ sequence: 5, head: before.hash, version: before.version }));
    expect(await shop.found()).toEqual(shop.broken("document", 6, newest.id));
  });

  it("is named where it is gone, and its records are there", async () => {
    await shop.hand.remove(await shop.hand.document(shop.key));
    expect(await shop.found()).toEqual(shop.broken("document", 6, "document"));
    expect((await shop.verify({})).breaks).toContainEqual(shop.broken("document", 6, "document"));
  });

  it("is named where it says that it is there again", async () => {
    await shop.give(shop.its(event(gone.type, minute(9))));
    expect(await shop.found()).toBeUndefined();
    await shop.alterDocument(() => ({ deleted: undefined }));
    expect(await shop.found()).toEqual(shop.broken("document", 7, "document"));
  });

  it("does not hide a chain that was written anew behind it", async () => {
    // All but the large one, which has what it follows in its blob as well.
    const records = (await shop.hand.records(shop.key)).slice(0, 4);
    const [first, ...others] = records;
    if (!first) throw new Error("no record");
    await shop.hand.put(...rechained([{ ...first, at: "2020-01-01T00:00:00.000Z" }, ...others], 0));
    expect(await shop.found()).toEqual(shop.broken("altered", 4, records[3]?.id ?? ""));
  });
});

describe("an erasure", () => {
  it("leaves a chain that holds, and a document that is what its records come to: before, amid and after", async () => {
    const erasing = { run: "run", reason: "asked for", actor: "ana" };
    await shop.give(eraseEvent(shop.key, erasing, minute(20)));
    expect(await shop.whole()).toEqual({ entities: 1, records: 7, breaks: [] });
    await eraseNextRecords(shop.desk.ports, shop.key, { after: 0, upTo: 3 });
    expect(await shop.whole()).toEqual({ entities: 1, records: 7, breaks: [] });
    await eraseNextRecords(shop.desk.ports, shop.key, { after: 0, upTo: 7 });
    const [first] = await shop.hand.records(shop.key);
    expect(first?.personal).not.toHaveProperty("salt");
    expect(await shop.whole()).toEqual({ entities: 1, records: 7, breaks: [] });
    await shop.give(shop.said(30, { email: "new@example.com" }));
    expect(await shop.whole()).toEqual({ entities: 1, records: 8, breaks: [] });
    const id = await shop.alter(1, ({ event: was }) => ({
      event: { ...was, data: { email: "forged@example.com" } },
    }));
    expect(await shop.found()).toEqual(shop.broken("altered", 1, id));
  });

  it("does not speak for what was recorded after it, nor for another time", async () => {
    await shop.give(eraseEvent(shop.key, { run: "run", reason: "asked for", actor: "ana" }, minute(20)));
    await shop.give(shop.said(600_000, { email: "new@example.com" }));
    expect(await shop.found()).toBeUndefined();
    const { erased } = await shop.hand.document(shop.key);
    await shop.alterDocument(() => ({ erased: { at: "2099-01-01T00:00:00.000Z" } }));
    expect(await shop.found()).toEqual(shop.broken("document", 8, "document"));
    await shop.alterDocument(() => ({ erased }));
    const id = await shop.alter(8, ({ event: was, changes, personal: { commitments } }) => ({
      event: { ...was, data: { number: "1" } },
      changes: changes.map(({ path, subSchema }) => ({ path, subSchema })),
      personal: { commitments },
    }));
    await shop.alterDocument(({ data }) => ({ data: { ...(data as object), contact: undefined } }));
    expect(await shop.found()).toEqual(shop.broken("altered", 8, id));
  });
});

describe("what changed since a time", () => {
  it("is verified alone, by the store's clock: also what somebody altered by shop.hand", async () => {
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await shop.verify({ since: later })).toEqual({ entities: 0, records: 0, breaks: [] });
    const id = await shop.alter(3, () => ({ reason: "other" }));
    const { entities, breaks } = await shop.verify({ since: new Date(Date.now() - 1_000).toISOString() });
    expect(entities).toBeGreaterThan(0);
    expect(breaks).toContainEqual(shop.broken("altered", 3, id));
  });
});

describe("while events are processed", () => {
  it("nothing is broken in an entity that is written between each two looks at it", async () => {
    let looks = 0;
    const documents: Shelf["documents"] = {
      read: (...asked) => shop.desk.ports.documents.read(...asked),
      async query(...asked) {
        await shop.give(shop.said(40 + (looks += 1), { email: `${looks}@example.com` }));
        return shop.desk.ports.documents.query(...asked);
      },
    };
    expect(await breakOf({ ...shop.desk.ports, documents }, shop.key)).toBeUndefined();
    expect(looks).toBeGreaterThan(0);
  });

  it("nothing is broken", async () => {
    const hosts = [
      openDesk(shop.account.database, shop.definitions),
      openDesk(shop.account.database, shop.definitions),
    ];
    for (const each of hosts) Object.assign(each.ports, { blobs: shop.desk.ports.blobs });
    const keys = ["a", "b", "c", "d"].map((name) => `person|hot-${name}`);
    const state = { busy: true };
    const work = hosts.map(async ({ processor }, host) => {
      for (let n = 0; n < 60; n++) {
        await Promise.all(
          keys.slice(host * 2, host * 2 + 2).map((subject) =>
            processor.process([
              { ...event(told.type, minute(n), { email: `${host}-${n}`, tags: [`${n}`] }), subject },
              { ...event(n % 7 === 6 ? gone.type : visited.type, minute(n)), subject },
            ]),
          ),
        );
      }
    });
    const done = Promise.all(work).finally(() => (state.busy = false));
    let looks = 0;
    while (state.busy) {
      for (const hot of keys) expect((await shop.verify({ key: hot })).breaks).toEqual([]);
      const { breaks } = await shop.verify({ after: "person|hot-" });
      expect(breaks).toEqual([]);
      looks += 1;
    }
    await done;
    expect(looks).toBeGreaterThan(2);
    for (const hot of keys)
      expect(await shop.verify({ key: hot })).toEqual({ entities: 1, records: 120, breaks: [] });
  }, 60_000);
});
