import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../../engine/audit/chain.ts";
import type { StoredRecord } from "../../engine/audit/record.ts";
import { wholeRecord } from "../../engine/audit/stub.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { type CloudEvent, defineApp, defineRule, merge } from "../../engine/define/index.ts";
import type { Documents, OutgoingMessage, Page } from "../../engine/ports.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { DOCUMENT, type DocumentItem } from "../../engine/sync/entity.ts";
import { createProcessor, type Processor } from "../../engine/sync/process.ts";
import { openApi } from "../unit/functions/api.ts";
import { type MemoryPorts, memoryPorts } from "../unit/sync/memory-ports.ts";
import { event, minute, person, told } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
let documents: Documents;
let ports: MemoryPorts;
let published: Announcement[];
let entity = 0;
let key: string;

beforeAll(async () => {
  await account.container({ id: "unified" });
});
beforeEach(() => {
  documents = cosmosDocuments(account.database);
  ports = memoryPorts();
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
        return merge(current, { identity: { number }, contact: { email } });
      },
    }),
  ],
});

/** A host of its own; `store`: what it takes for the store. */
function host(store = documents): Processor {
  const topic = {
    publish: async (messages: readonly OutgoingMessage[]) => {
      published.push(...messages.map(({ body }) => body as Announcement));
    },
  };
  return createProcessor(app, { ...ports, documents: store }, topic, () => "hash");
}

let minutes = 0;
/** An event whose e-mail address has so many bytes. */
function large(bytes: number, more: object = {}): CloudEvent {
  const email = `${minutes}-`.padEnd(bytes, "x");
  return { ...event(told.type, minute((minutes += 1)), { email, ...more }), subject: key };
}
const stored = async (): Promise<DocumentItem | undefined> =>
  (await documents.read<DocumentItem>("unified", key, DOCUMENT))?.item;
async function records(): Promise<readonly StoredRecord[]> {
  const text = "SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.sequence";
  const found: StoredRecord[] = [];
  for (let next: string | null | undefined; next !== null;) {
    const cursor: { cursor?: string } = next === undefined ? {} : { cursor: next };
    const page: Page<StoredRecord> = await documents.query("unified", { text, partition: key, ...cursor });
    found.push(...page.items);
    next = page.next;
  }
  return found;
}
const emailOf = (each: CloudEvent | undefined): unknown =>
  (each?.data as { email?: string } | undefined)?.email;

describe("an event of 1 MB", () => {
  it("and another after it leave a document of 1 MB, stubs of records in the store, and whole ones in blobs", async () => {
    const events = [large(1_000_000), large(1_000_000)];
    for (const each of events) await host().process([each]);
    expect(await stored()).toMatchObject({ version: 2, data: { contact: { email: emailOf(events[1]) } } });
    const stubs = await records();
    expect(stubs.map((record) => "blob" in record)).toEqual([true, true]);
    const wholes = await Promise.all(stubs.map((record) => wholeRecord(record, ports.blobs)));
    expect(wholes.map(({ event: { data } }) => data)).toEqual(events.map(({ data }) => data));
    expect(wholes.map((record) => hashOf(record, record.personal.commitments))).toEqual(
      wholes.map(({ hash }) => hash),
    );
    expect(wholes[1]?.previous).toBe(wholes[0]?.hash);
    expect((await stored())?.head).toBe(wholes[1]?.hash);
    expect(published.map(({ version, data }) => [version, data])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
  });

  it("that comes again is announced again from its stub, and nothing more", async () => {
    const twice = large(1_000_000);
    await host().process([twice]);
    await host().process([twice]);
    expect(await records()).toHaveLength(1);
    expect(published.map(({ version, eventId }) => [version, eventId])).toEqual([
      [1, twice.id],
      [1, twice.id],
    ]);
    expect(ports.blobNames()).toHaveLength(1);
  });

  it("whose blob cannot be written is written nowhere, and once blobs are well it is", async () => {
    const each = large(1_000_000);
    const { blobs } = ports;
    let failures = 2;
    const failing = {
      ...blobs,
      put: async (name: string, bytes: Uint8Array) => {
        if (failures === 0) return blobs.put(name, bytes);
        failures -= 1;
        expect(await stored()).toBeUndefined();
        throw new Error("it is down");
      },
    };
    ports = { ...ports, blobs: failing };
    await host().process([each]);
    expect(await stored()).toMatchObject({ version: 1 });
  });

  it("whose write was answered with a lost connection, or refused, is whole all the same", async () => {
    await host().process([large(1_000)]);
    let lost = 0;
    const losing: Documents = {
      ...documents,
      async write(...write) {
        const result = await documents.write(...write);
        lost += 1;
        // Once the answer is lost; once it was, and somebody below asked again.
        if (lost === 1) throw new Error("socket hang up");
        return lost === 2 ? documents.write(...write) : result;
      },
    };
    for (let n = 0; n < 2; n++) await host(losing).process([large(1_000_000)]);
    const kept = await records();
    expect(kept.map((record) => "blob" in record)).toEqual([false, true, true]);
    expect(
      (await Promise.all(kept.map((each) => wholeRecord(each, ports.blobs)))).map(({ hash }) => hash),
    ).toEqual(kept.map(({ hash }) => hash));
  });

  it("that fails for good waits whole, in order with others, small and large", async () => {
    await host().process([large(900_000)]);
    const events = [large(1_000_000, { phone: "poison" }), large(1_000), large(1_000_000)];
    for (const each of events) await host().process([each]);
    expect(await stored()).toMatchObject({ version: 1, parked: { eventId: events[0]?.id, waiting: 3 } });
  });
});

describe("a fold of more bytes than a batch takes", () => {
  it("is written in several batches, in order, each event once", async () => {
    // Each record has what the event brought, the value before and the one after it: 7 MB in all, none of them a stub.
    const events = Array.from({ length: 60 }, () => large(40_000));
    await host().process(events);
    const kept = await records();
    expect(kept.map((record) => record.event.id)).toEqual(events.map(({ id }) => id));
    expect(ports.blobNames()).toEqual([]);
    expect(await stored()).toMatchObject({
      version: 60,
      sequence: 60,
      data: { contact: { email: emailOf(events.at(-1)) } },
    });
    expect(published.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
  });

  it("that is cut off between two batches goes on where it was, and announces all of it", async () => {
    const events = Array.from({ length: 30 }, () => large(40_000));
    let writes = 0;
    const dying: Documents = {
      ...documents,
      async write(...write) {
        writes += 1;
        if (writes === 2) throw new Error("socket hang up");
        return documents.write(...write);
      },
    };
    await host(dying).process(events);
    expect((await records()).map((record) => record.event.id)).toEqual(events.map(({ id }) => id));
    expect(new Set(published.map(({ version }) => version)).size).toBe(30);
  });

  it("that waits in line comes there in several batches too, in order", async () => {
    const events = Array.from({ length: 30 }, (_, n) => large(100_000, n === 0 ? { phone: "poison" } : {}));
    await host().process(events);
    const line = await documents.query<{ event: CloudEvent }>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'parked' ORDER BY c.place",
      partition: key,
    });
    expect(line.items.map(({ event: { id } }) => id)).toEqual(events.map(({ id }) => id));
    expect(await stored()).toMatchObject({ parked: { waiting: 30 } });
  });
});

describe("GET …/audit", () => {
  /** The pages of the log of the entity: for each its records' sequences, and whether they are whole. */
  async function pages(limit: number): Promise<{ sequences: number[]; stubs: number }[]> {
    const ask = openApi({ ...ports, documents }, { documents: [person] });
    const found: { sequences: number[]; stubs: number }[] = [];
    let next: string | null = "";
    while (next !== null) {
      const id = key.slice("person|".length);
      const answer = await ask(
        `GET /api/v1/entities/person/${id}/audit?limit=${limit}${next && `&cursor=${next}`}`,
      );
      const { items, next: cursor } = answer.json as unknown as {
        items: StoredRecord[];
        next: string | null;
      };
      const stubs = items.filter((item) => "blob" in item).length;
      found.push({ sequences: items.map(({ sequence }) => sequence), stubs });
      next = cursor;
    }
    return found;
  }

  it("gives whole records, and ends a page where they would come to more than 8 MiB", async () => {
    for (let n = 0; n < 8; n++) await host().process([large(n === 3 ? 100 : 1_000_000)]);
    // Of 1 to 3 MB each: what the event brought, the value before and the one after it.
    expect(await pages(100)).toEqual([
      { sequences: [1, 2, 3], stubs: 0 },
      { sequences: [4, 5, 6], stubs: 0 },
      { sequences: [7, 8], stubs: 0 },
    ]);
    expect((await pages(2)).map(({ sequences }) => sequences)).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
  });

  it("gives what is left of a record whose blob is lost, and the others", async () => {
    for (let n = 0; n < 2; n++) await host().process([large(1_000_000)]);
    await ports.blobs.delete(ports.blobNames()[0] ?? "");
    expect(await pages(100)).toEqual([{ sequences: [1, 2], stubs: 1 }]);
  });
});
