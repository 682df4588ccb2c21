import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { type CloudEvent, defineApp, defineRule, merge } from "../../engine/define/index.ts";
import type { Documents, OutgoingMessage } from "../../engine/ports.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { DOCUMENT, type DocumentItem } from "../../engine/sync/entity.ts";
import type { ParkedEvent } from "../../engine/sync/park.ts";
import { createProcessor, type Processor } from "../../engine/sync/process.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { event, gone, goneRule, minute, person, told } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
let documents: Documents;
let published: Announcement[];
let entity = 0;
let key: string;

beforeAll(async () => {
  await account.container({ id: "unified" });
});
beforeEach(() => {
  documents = cosmosDocuments(account.database);
  published = [];
  entity += 1;
  key = `person|${entity}`;
});

const app = defineApp({
  documents: [person],
  rules: [
    defineRule({
      on: told,
      to: person,
      apply(current, { data: { number, email, phone } }) {
        if (phone === "poison") throw new Error("no such phone");
        const huge = phone === "huge" ? "9".repeat(3_000_000) : phone;
        return merge(current, { identity: { number }, contact: { email, phone: huge } });
      },
    }),
    goneRule,
  ],
});

/** A host of its own: what it remembers, the others do not know. */
function host(store = documents): Processor {
  const topic = {
    publish: async (messages: readonly OutgoingMessage[]) => {
      published.push(...messages.map(({ body }) => body as Announcement));
    },
  };
  const ports = {
    documents: store,
    topic: () => topic,
    queue: () => ({ send: async () => {} }),
    blobs: memoryPorts().blobs,
    clock: { now: () => Date.parse(minute(600)) },
    log: () => {},
  };
  return createProcessor(app, ports, topic, () => "hash");
}

const of = (subject: string, each: CloudEvent): CloudEvent => ({ ...each, subject });
const said = (at: number, facts: object): CloudEvent => of(key, event(told.type, minute(at), facts));
const stored = async (): Promise<DocumentItem | undefined> =>
  (await documents.read<DocumentItem>("unified", key, DOCUMENT))?.item;
async function items<T>(kind: "audit" | "parked", order: string): Promise<readonly T[]> {
  const text = `SELECT * FROM c WHERE c.kind = '${kind}' ORDER BY c.${order}`;
  return (await documents.query<T>("unified", { text, partition: key })).items;
}
const records = (): Promise<readonly AuditRecord[]> => items("audit", "sequence");
const line = (): Promise<readonly ParkedEvent[]> => items("parked", "place");

describe("an event", () => {
  it("becomes document and record, and is announced with the document", async () => {
    await host().process([said(1, { email: "a" })]);
    expect(await stored()).toMatchObject({ version: 1, sequence: 1, data: { contact: { email: "a" } } });
    expect(await records()).toMatchObject([{ sequence: 1, outcome: "created" }]);
    expect(published).toMatchObject([{ key, version: 1, data: { contact: { email: "a" } } }]);
  });

  it("that comes again is announced again, and nothing more", async () => {
    const twice = said(1, { email: "a" });
    await host().process([twice]);
    await host().process([twice]);
    expect(await records()).toHaveLength(1);
    expect(published.map(({ version, data }) => [version, data !== undefined])).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it("that stands twice in one fold takes effect once", async () => {
    const twice = said(1, { email: "a" });
    await host().process([twice, said(2, { email: "b" }), twice]);
    expect(await stored()).toMatchObject({ version: 2, data: { contact: { email: "b" } } });
    expect(published).toHaveLength(2);
  });

  it("that changes nothing leaves a record, and is not announced", async () => {
    await host().process([said(1, { email: "a" })]);
    await host().process([said(2, { email: "a" })]);
    expect(await records()).toMatchObject([{ outcome: "created" }, { outcome: "unchanged", version: 1 }]);
    expect(published).toHaveLength(1);
  });

  it("whose write was answered with a lost connection is applied once and announced", async () => {
    let lose = true;
    const losing: Documents = {
      ...documents,
      async write(...write) {
        const result = await documents.write(...write);
        if (!lose) return result;
        lose = false;
        throw new Error("socket hang up");
      },
    };
    await host(losing).process([said(1, { email: "a" })]);
    expect(await records()).toHaveLength(1);
    expect(published).toMatchObject([{ version: 1 }]);
  });
});

describe("two hosts", () => {
  it("that take turns with an entity lose nothing, whatever each remembers", async () => {
    const [one, other] = [host(), host()];
    for (let at = 0; at < 6; at++) await (at % 2 ? one : other).process([said(at, { email: `${at}` })]);
    expect(await stored()).toMatchObject({ version: 6, data: { contact: { email: "5" } } });
  });

  it("that race for an entity both get through", async () => {
    const hosts = [host(), host(), host()];
    await Promise.all(hosts.map((each, at) => each.process([said(at, { email: `${at}` })])));
    expect(await stored()).toMatchObject({ sequence: 3, data: { contact: { email: "2" } } });
    expect((await records()).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });
});

describe("an event whose rule fails for good", () => {
  it("parks its entity, with later events in line behind it; others go on", async () => {
    const processor = host();
    await processor.process([said(1, { email: "a" })]);
    const poison = said(2, { phone: "poison" });
    await processor.process([poison]);
    const later = said(3, { email: "b" });
    await host().process([later]);
    expect(await stored()).toMatchObject({
      version: 1,
      data: { contact: { email: "a" } },
      parked: { eventId: poison.id, reason: expect.stringContaining("no such phone"), waiting: 2 },
    });
    expect(await line()).toMatchObject([
      { place: 1, event: { id: poison.id } },
      { place: 2, event: { id: later.id } },
    ]);
    key = `${key}-neighbour`;
    await processor.process([said(4, { email: "c" })]);
    expect(await stored()).toMatchObject({ version: 1, data: { contact: { email: "c" } } });
  });

  it("stays in its one place when it comes again; what was applied before is announced, not put in line", async () => {
    const applied = said(1, { email: "a" });
    const poison = said(2, { phone: "poison" });
    await host().process([applied, poison]);
    await host().process([poison]);
    await host().process([applied]);
    expect(await line()).toMatchObject([{ place: 1, event: { id: poison.id } }]);
    expect(await stored()).toMatchObject({ parked: { waiting: 1 } });
    expect(published.map(({ version }) => version)).toEqual([1, 1]);
  });

  it("is one whose document is larger than the store takes, too", async () => {
    await host().process([said(1, { phone: "huge" })]);
    expect(await stored()).toMatchObject({
      version: 0,
      parked: { reason: expect.stringContaining("larger") },
    });
    expect(published).toEqual([]);
  });

  it("is one that no rule takes, too", async () => {
    await host().process([of(key, event("person.unheard", minute(1)))]);
    expect(await stored()).toMatchObject({ parked: { reason: expect.stringContaining("no rule takes") } });
  });
});

describe("a removal", () => {
  it("leaves a tombstone, and version and chain go on when the entity comes back", async () => {
    await host().process([said(1, { email: "a" }), of(key, event(gone.type, minute(2)))]);
    expect(await stored()).toMatchObject({ version: 2, deleted: true });
    await host().process([said(3, { email: "b" })]);
    expect(await stored()).toMatchObject({ version: 3, sequence: 3, data: { contact: { email: "b" } } });
    expect(await stored()).not.toHaveProperty("deleted");
    expect(published.map(({ version, removed }) => [version, removed])).toEqual([
      [1, false],
      [2, true],
      [3, false],
    ]);
  });
});
