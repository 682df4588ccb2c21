import { badRequest } from "../failure.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import type { ItemHead, ItemRow } from "../store/item-table.ts";
import { etagMatches, etagOf } from "../store/log-sequence.ts";
import type { Store } from "../store/store.ts";
import { mayWrite } from "./conditions.ts";
import type { Conditions } from "./conditions.ts";
import { expiryOf, storedText } from "./document.ts";
import type { Draft } from "./document.ts";
import { readCharge, refused, writeCharge } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";

const conflict = "Entity with the specified id already exists in the system.";
const uniqueConflict = "Unique index constraint violation.";
const changed = "Operation cannot be performed because one of the specified precondition is not met.";

/** What every operation works on: one partition of one container. */
export interface Place {
  readonly store: Store;
  readonly container: ContainerEntry;
  /** The complete partition key's text. */
  readonly key: string;
}

/** The refusal of an operation on an item that is not there. */
export function missing(id: string): Outcome {
  return refused(404, `Entity with the specified id does not exist in the system: ${id}`);
}

/** The refusal of a write whose condition does not hold. */
export function preconditionFailed(): Outcome {
  return refused(412, changed);
}

/** The living item at a place: one whose time is over counts as gone. */
export function livingItem({ container, key }: Place, id: string): ItemRow | undefined {
  const item = container.items.get(key, id);
  return item !== undefined && (item.expires === null || item.expires > Date.now()) ? item : undefined;
}

/** Reads one item: 200, 304 when the client's version is the newest, or 404. */
export function readItem(place: Place, id: string, ifNoneMatch?: string): Outcome {
  const item = livingItem(place, id);
  if (item === undefined) return missing(id);
  const etag = etagOf(item.lsn);
  if (ifNoneMatch !== undefined && etagMatches(ifNoneMatch, item.lsn))
    return { status: 304, etag, charge: 1 };
  return { status: 200, body: item.body, etag, charge: readCharge(item.body.length) };
}

/** Adds an item: 201, or 409 when its id or a unique key is taken in the partition. */
export function createItem(place: Place, item: Draft, conditions: Conditions): Outcome {
  const { found, expired } = stored(place, item.id);
  if (found !== undefined) return refused(409, conflict);
  if (!mayWrite(conditions, undefined)) return preconditionFailed();
  return insert(place, item, expired);
}

/** Adds an item (201) or puts it in the place of the one with its id (200). */
export function upsertItem(place: Place, item: Draft, conditions: Conditions): Outcome {
  const { found, expired } = stored(place, item.id);
  if (!mayWrite(conditions, found)) return preconditionFailed();
  return found === undefined ? insert(place, item, expired) : update(place, item, found);
}

/** Puts an item in the place of the one with its id: 200, or 404. */
export function replaceItem(place: Place, id: string, item: Draft, conditions: Conditions): Outcome {
  if (item.id !== id)
    throw badRequest(`The id in the item, "${item.id}", is not the one in the request, "${id}".`);
  const { found } = stored(place, id);
  if (found === undefined) return missing(id);
  if (!mayWrite(conditions, found)) return preconditionFailed();
  return update(place, item, found);
}

/** Deletes an item: 204, or 404. */
export function deleteItem(place: Place, id: string, conditions: Conditions): Outcome {
  const { found } = stored(place, id);
  if (found === undefined) return missing(id);
  if (!mayWrite(conditions, found)) return preconditionFailed();
  place.store.commit.begin();
  place.container.items.delete(found.sequence);
  return { status: 204, charge: 5.71 };
}

/** Writes a new version over a living one; 409 when a unique key is taken. */
export function update(place: Place, item: Draft, old: ItemHead): Outcome {
  return write(place, item, old.sequence, 200, (row, seconds) => place.container.items.update(row, seconds));
}

function insert(place: Place, item: Draft, expired: ItemHead | undefined): Outcome {
  const { items } = place.container;
  place.store.commit.begin();
  if (expired !== undefined) items.delete(expired.sequence);
  return write(place, item, undefined, 201, (row, seconds) => items.insert(place.key, item.id, row, seconds));
}

function stored({ container, key }: Place, id: string): { found?: ItemHead; expired?: ItemHead } {
  const head = container.items.head(key, id);
  if (head === undefined) return {};
  return head.expires === null || head.expires > Date.now() ? { found: head } : { expired: head };
}

function write(
  { store, container }: Place,
  item: Draft,
  sequence: number | undefined,
  status: number,
  put: (row: ItemRow, seconds: number) => void,
): Outcome {
  store.commit.begin();
  const nowMs = Date.now();
  const seconds = Math.floor(nowMs / 1000);
  const lsn = store.log.next();
  const place = sequence ?? lsn;
  const body = storedText(container, item, place, lsn, seconds);
  const row = {
    sequence: place,
    lsn,
    expires: expiryOf(item.document, container.definition.defaultTtl, nowMs),
    body,
  };
  try {
    put(row, seconds);
  } catch (error) {
    if (!isConstraint(error)) throw error;
    // An item whose time is over must not keep a unique key taken.
    if (container.items.deleteExpired(nowMs, -1) === 0) return refused(409, uniqueConflict);
    try {
      put(row, seconds);
    } catch (again) {
      if (!isConstraint(again)) throw again;
      return refused(409, uniqueConflict);
    }
  }
  return { status, body, etag: etagOf(lsn), charge: writeCharge(body.length) };
}

/** SQLite's error for a unique index: https://sqlite.org/rescode.html#constraint_unique */
function isConstraint(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 2067;
}
