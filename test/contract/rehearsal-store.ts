import type { Database } from "@azure/cosmos";
import type { CloudEvent } from "../../engine/define/event.ts";
import type { Documents } from "../../engine/ports.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { Processor } from "../../engine/sync/process.ts";
import { event, gone, minute, told, visited } from "../unit/sync/shop.ts";
import type { Account } from "./cosmos-account.ts";

/** An empty store beside the others of an account. */
export async function freshStore({ client }: Pick<Account, "client">, id: string): Promise<Database> {
  const { database } = await client.databases.create({ id });
  for (const [name, key] of [
    ["unified", "/key"],
    ["deliveries", "/key"],
    ["operations", "/run"],
    ["control", "/id"],
  ] as const) {
    await database.containers.create({ id: name, partitionKey: { paths: [key] } });
  }
  return database;
}

/** So many events of so many persons, from two sources, each entity's in an order of its own; always the same ones. */
export function manyEvents(count: number, persons: number): ReadonlyMap<string, readonly CloudEvent[]> {
  let seed = 42;
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  const pick = <T>(...items: readonly T[]): T | undefined => items[below(items.length)];
  const lines = new Map<string, CloudEvent[]>();
  for (let index = 0; index < count; index++) {
    const number = String(index % persons);
    const source = pick("crm", "store") ?? "crm";
    const kind = below(20);
    const type = kind === 0 ? gone.type : kind < 3 ? visited.type : told.type;
    const facts = {
      name: pick("Ana", "Eva", null, undefined, "nobody"),
      email: pick(`Ana${below(9)}@X.co`, `eva${below(9)}@x.co`, null, undefined),
      phone: pick(`30${below(99)}`, null, undefined),
      tags: pick(["vip"], [], undefined),
      consent: pick(true, false, null, undefined),
      address: pick({ line: `Calle ${below(9)}`, city: pick("Cali", "Bogotá") }, null, undefined),
    };
    const data = { ...(type === told.type ? facts : {}), number };
    const each = { ...event(type, minute(below(2_000)), data, source), subject: `person|${number}` };
    lines.set(each.subject, [...(lines.get(each.subject) ?? []), each]);
  }
  return lines;
}

/** Processes the events of each entity in their order, as many at a time as fit a batch. */
export async function processAll(
  processor: Processor,
  lines: ReadonlyMap<string, readonly CloudEvent[]>,
): Promise<void> {
  for (const events of lines.values()) {
    for (let from = 0; from < events.length; from += 99)
      await processor.process(events.slice(from, from + 99));
  }
}

/** The documents of a store, by key. */
export async function documentsOf(documents: Documents): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await documents.query<DocumentItem>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'document'",
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const { key, data } of page.items) found.set(key, data);
    cursor = page.next;
  }
  return found;
}

/** All leaves of a document as text, by path; found without the engine's code. */
export function leaves(value: unknown, path = ""): Map<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new Map([[path, JSON.stringify(value)]]);
  }
  const members = Object.entries(value as Record<string, unknown>);
  return new Map(
    members.flatMap(([name, member]) => [...leaves(member, path === "" ? name : `${path}.${name}`)]),
  );
}
