import { entityKey, parseKey } from "../define/key.ts";
import type { Documents, Stored } from "../ports.ts";
import type { Erased } from "../privacy/erased.ts";
import type { EntityState } from "./fold.ts";
import { NOTHING } from "./fold.ts";

/** Id of the item that holds an entity's unified document. */
export const DOCUMENT = "document";

/** Why an entity is parked: its next event failed for good, and later ones wait behind it. */
export interface Parked {
  readonly eventId: string;
  readonly reason: string;
  readonly at: string;
  /** How many events wait, the failed one included. */
  readonly waiting: number;
  /** The place of the last one in line, once some have left it; before that it is `waiting`. */
  readonly last?: number;
  /** The control event that worked on the line last. */
  readonly by?: string;
}

/** The unified document as stored: item `document` of its entity's partition in `unified`. */
export interface DocumentItem {
  readonly id: typeof DOCUMENT;
  readonly kind: "document";
  readonly key: string;
  readonly entity: string;
  readonly entityId: string;
  /** The document; left out of a tombstone. */
  readonly data?: unknown;
  readonly version: number;
  readonly sequence: number;
  readonly head: string | null;
  readonly observed: EntityState["observed"];
  /** Its personal values were erased, the last time. */
  readonly erased?: Erased;
  /** The entity was removed; version and chain go on if it comes back. */
  readonly deleted?: true;
  readonly parked?: Parked;
  /** When the newest audit record was written. */
  readonly at: string;
}

/** The item for a state. */
export function documentItem(key: string, state: EntityState, at: string, parked?: Parked): DocumentItem {
  const { entity, id } = parseKey(key);
  const { data, ...rest } = state;
  return {
    id: DOCUMENT,
    kind: "document",
    key,
    entity,
    entityId: id,
    ...(data === undefined ? {} : { data }),
    ...rest,
    ...(data === undefined && state.version > 0 ? { deleted: true } : {}),
    ...(parked ? { parked } : {}),
    at,
  };
}

/** An entity as loaded, with the etag that guards its next write (undefined while it has no document item). */
export interface LoadedEntity {
  readonly state: EntityState;
  readonly etag: string | undefined;
  readonly parked: Parked | undefined;
}

/** Loads an entity from the store. */
export async function loadEntity(documents: Documents, key: string): Promise<LoadedEntity> {
  const stored = await documents.read<DocumentItem>("unified", key, DOCUMENT);
  return stored ? fromStored(stored) : { state: NOTHING, etag: undefined, parked: undefined };
}

/** Reads an entity's document item; undefined when no event has spoken of it, not even one that is parked. */
export async function readDocument(
  documents: Documents,
  entity: string,
  id: string,
): Promise<DocumentItem | undefined> {
  const stored = await documents.read<DocumentItem>("unified", entityKey(entity, id), DOCUMENT);
  return stored?.item;
}

function fromStored({ item, etag }: Stored<DocumentItem>): LoadedEntity {
  const { data, version, sequence, head, observed, erased } = item;
  const state = { data, version, sequence, head, observed, ...(erased ? { erased } : {}) };
  return { state, etag, parked: item.parked };
}
