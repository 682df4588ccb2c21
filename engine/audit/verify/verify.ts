import { conditionOf, type Condition, countItems } from "../../condition.ts";
import type { Documents } from "../../ports.ts";
import { ahead } from "../ahead.ts";
import { type Break, together, type Verified } from "./break.ts";
import { ChainWalk, type EntityItem } from "./chain-walk.ts";
import { type CheckedRecord, checkRecord } from "./check-record.ts";
import { breakOf, type Shelf } from "./verify-entity.ts";
import { afterKey, walkItems } from "../walk.ts";

/** What to verify: one entity, those of which something was written since, or all. */
export interface VerifyScope {
  readonly key?: string | undefined;
  /** By the store's own clock, in whole seconds: whoever wrote it. ISO 8601. */
  readonly since?: string | undefined;
  /** Entities whose key comes after this one: to go on. */
  readonly after?: string | undefined;
}

/** One entity, verified. */
export interface VerifiedEntity {
  readonly key: string;
  readonly records: number;
  readonly unread: number;
  /** Its first break; missing where it holds. */
  readonly found?: Break;
}

/** Large records that are fetched at once, some MiB each. */
const BLOBS_AT_ONCE = 4;
/** Entities that are verified at once where they are asked for one by one. */
const ENTITIES_AT_ONCE = 4;

/**
 * Verifies entities in the order of their keys, on data that is being written: in a first pass over all items, and,
 * where something does not fit, in a second look at that entity alone. Throws what the store throws.
 */
export async function* verifyEntities(
  shelf: Shelf,
  { key, since, after = "" }: VerifyScope,
): AsyncGenerator<VerifiedEntity> {
  if (key !== undefined) yield* verifyItems(shelf, itemsOf(shelf, key));
  else if (since === undefined) yield* verifyItems(shelf, allItems(shelf, after));
  else {
    const each = ahead(changedKeys(shelf.documents, since, after), ENTITIES_AT_ONCE, (changed) =>
      all(verifyItems(shelf, itemsOf(shelf, changed))),
    );
    for await (const verified of each) yield* verified;
  }
}

/** How many records there are to verify; undefined where only going through them tells. */
export async function countRecords(
  { documents }: { readonly documents: Documents },
  { key, since }: VerifyScope,
): Promise<number | undefined> {
  if (since !== undefined) return undefined;
  return countItems(documents, "unified", conditionOf(["c.kind = 'audit'"]), key);
}

/** What was verified with one more entity. */
export function withEntity(verified: Verified, { records, unread, found }: VerifiedEntity): Verified {
  return together(verified, { entities: 1, records, unread, breaks: found ? [found] : [] });
}

async function* verifyItems(shelf: Shelf, items: AsyncIterable<EntityItem>): AsyncGenerator<VerifiedEntity> {
  const check = async (
    item: EntityItem,
  ): Promise<{ item: EntityItem; checked: CheckedRecord | undefined }> => ({
    item,
    checked: item.kind === "audit" ? await checkRecord(item, shelf.blobs) : undefined,
  });
  let chain: ChainWalk | undefined;
  for await (const { item, checked } of ahead(items, BLOBS_AT_ONCE, check)) {
    if (chain && chain.key !== item.key) {
      yield await conclude(shelf, chain);
      chain = undefined;
    }
    chain ??= new ChainWalk(item.key);
    chain.add(item, checked);
  }
  if (chain) yield await conclude(shelf, chain);
}

async function conclude(shelf: Shelf, chain: ChainWalk): Promise<VerifiedEntity> {
  const { key, records, unread } = chain;
  const found = chain.holds() ? undefined : await breakOf(shelf, key);
  return { key, records, unread, ...(found ? { found } : {}) };
}

const ITEMS = "c.kind IN ('audit', 'document')";

function allItems({ documents }: Shelf, after: string): AsyncGenerator<EntityItem> {
  return walkItems(documents, "*", afterKey(after, [ITEMS]), "c.key, c.sequence");
}

function itemsOf({ documents }: Shelf, key: string): AsyncGenerator<EntityItem> {
  return walkItems(documents, "*", conditionOf([ITEMS]), "c.sequence", key);
}

/** Keys of entities of which an item was written since, each once, in order. */
async function* changedKeys(
  documents: Shelf["documents"],
  since: string,
  after: string,
): AsyncGenerator<string> {
  const where: Condition = afterKey(after, [], ["c._ts >= @since", Math.floor(Date.parse(since) / 1_000)]);
  let last: string | undefined;
  for await (const key of walkItems<string>(documents, "VALUE c.key", where, "c.key")) {
    if (key !== last) yield key;
    last = key;
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
