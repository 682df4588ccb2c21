import type { Container } from "@azure/cosmos";
import { hashOf } from "../../engine/audit/chain.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import type { DocumentItem } from "../../engine/sync/entity.ts";

/** An item whose members may be altered. */
export type Loose = { id: string; key: string } & Record<string, unknown>;

/** The hand of somebody who writes to the store past Caudal. */
export interface Tamperer {
  /** The records of an entity, in order, as they are stored. */
  records(key: string): Promise<AuditRecord[]>;
  document(key: string): Promise<DocumentItem>;
  /** Writes items as they are given. */
  put(...items: readonly object[]): Promise<void>;
  remove(...items: readonly { id: string; key: string }[]): Promise<void>;
}

/** Opens the container `unified` for somebody who may write to it. */
export function tampererOf(unified: Container): Tamperer {
  return {
    async records(key) {
      const query = "SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.sequence";
      const { resources } = await unified.items.query<AuditRecord>(query, { partitionKey: key }).fetchAll();
      return resources;
    },
    async document(key) {
      const { resource } = await unified.item("document", key).read<DocumentItem>();
      if (!resource) throw new Error(`${key} has no document`);
      return resource;
    },
    async put(...items) {
      for (const item of items) await unified.items.upsert(item);
    },
    async remove(...items) {
      for (const { id, key } of items) await unified.item(id, key).delete();
    },
  };
}

/** A record made anew: with a hash that is that of what it says. */
export function rehashed(record: AuditRecord): AuditRecord {
  return { ...record, hash: hashOf(record, record.personal.commitments) };
}

/** A chain made anew from a record on: each with its own hash, and that of the one before. */
export function rechained(records: readonly AuditRecord[], from: number): AuditRecord[] {
  let previous = records[from - 1]?.hash ?? null;
  return records.map((record, index) => {
    if (index < from) return record;
    const made = rehashed({ ...record, previous });
    previous = made.hash;
    return made;
  });
}
