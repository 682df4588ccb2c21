import { conditionOf } from "../../condition.ts";
import type { Documents, Ports, Stored } from "../../ports.ts";
import { BY_ERASURE } from "../../privacy/erased.ts";
import { readAll } from "../../read-pages.ts";
import { DOCUMENT, type DocumentItem } from "../../sync/entity.ts";
import type { Break } from "./break.ts";
import { documentBreak, type Folded } from "./check-document.ts";
import { type CheckedRecord, checkRecord } from "./check-record.ts";
import { firstBreak, type Link } from "./first-break.ts";
import type { StoredRecord } from "../record.ts";
import { BLANK, replayRecord } from "../replay.ts";
import { walkItems } from "../walk.ts";

/** What verifying reads from: without blobs, large records are followed, and not looked into. */
export interface Shelf {
  readonly documents: Pick<Documents, "read" | "query">;
  readonly blobs?: Ports["blobs"] | undefined;
}

/** Items that are asked for at once. */
const PAGE = 200;

/** How often an entity is looked at while it is written: each time by what the one before saw. */
const MAX_LOOKS = 5;

/** The type of the event that erases. */
const ERASE = "caudal.erase";

/**
 * The first break of one entity, looked at for itself; undefined where it holds. What is written meanwhile is left to
 * the next time: records up to the document as it was before they were read are there, and do not change any more.
 */
export async function breakOf(shelf: Shelf, key: string): Promise<Break | undefined> {
  let before = await readDocument(shelf, key);
  for (let look = 1; ; look++) {
    const read = await readLinks(shelf, key);
    const then = await readDocument(shelf, key);
    const found = await judge(shelf, key, { ...read, before: before?.item, after: then?.item });
    const after = await readDocument(shelf, key);
    // Only an erasure alters records that were there; it writes the document first.
    if (!found || before?.etag === after?.etag || look === MAX_LOOKS) return found;
    before = after;
  }
}

function readDocument({ documents }: Shelf, key: string): Promise<Stored<DocumentItem> | undefined> {
  return documents.read<DocumentItem>("unified", key, DOCUMENT);
}

interface Read {
  readonly links: readonly Link[];
  /** Records without their personal values, that were not made so. */
  readonly wiped: readonly Link[];
  /** Place of the last record of an erasure; 0 without one. */
  readonly erasure: number;
}

async function judge(
  shelf: Shelf,
  key: string,
  {
    links,
    wiped,
    erasure,
    before,
    after,
  }: Read & { before?: DocumentItem | undefined; after?: DocumentItem | undefined },
): Promise<Break | undefined> {
  // What was recorded between the two looks at the document may have been read in part.
  const [from, to] = [before?.sequence ?? 0, after?.sequence ?? 0];
  const settled = links.filter(({ sequence }) => sequence <= from || sequence > to);
  const found = firstBreak(settled, before);
  if (found) return { key, ...found };
  const [gone] = wiped
    .filter(({ sequence }) => sequence > erasure)
    .toSorted((one, other) => one.sequence - other.sequence);
  if (gone) {
    const detail = "its personal values are gone, and there is no record of an erasure after it";
    return { key, id: gone.id, sequence: gone.sequence, kind: "altered", detail };
  }
  return before && documentBreak(before, await foldOf(shelf, key, before.sequence));
}

/** What the records of a chain that holds come to, up to one. */
async function foldOf({ documents, blobs }: Shelf, key: string, upTo: number): Promise<Folded> {
  let folded: Folded = { state: BLANK, unread: false };
  const where = conditionOf(["c.kind = 'audit'"], ["c.sequence <= @upTo", upTo]);
  for await (const stored of walkItems<StoredRecord>(documents, "*", where, "c.sequence", key)) {
    folded = folding(folded, stored, await checkRecord(stored, blobs));
  }
  return folded;
}

/** What records come to with one more. */
export function folding(
  { state, unread, erasedAt }: Folded,
  stored: StoredRecord,
  { record }: CheckedRecord,
): Folded {
  return {
    state: replayRecord(state, record ?? stored),
    unread: unread || record === undefined,
    erasedAt: isErasure(stored) ? stored.at : erasedAt,
  };
}

/** Whether a record is that of an erasure. */
export function isErasure({ event }: Pick<StoredRecord, "event">): boolean {
  return event.type === ERASE;
}

/** Whether a record is without its personal values and was not sealed so, as those of an erasure are. */
export function isWiped({ rule }: Pick<StoredRecord, "rule">, { erased }: CheckedRecord): boolean {
  return erased === true && rule.name !== BY_ERASURE.name;
}

/** All that claims to be a record of an entity, also where it says no kind, or no place. */
async function readLinks({ documents, blobs }: Shelf, key: string): Promise<Read> {
  const links: Link[] = [];
  const wiped: Link[] = [];
  let erasure = 0;
  const text = "SELECT * FROM c WHERE c.kind = 'audit' OR STARTSWITH(c.id, 'audit|')";
  const query = { text, partition: key, limit: PAGE };
  for await (const stored of readAll<StoredRecord>(documents, "unified", query)) {
    const checked = await checkTwice(stored, documents, key, blobs);
    const link = linkOf(stored, checked);
    links.push(link);
    if (isWiped(stored, checked)) wiped.push(link);
    if (checked.record && isErasure(checked.record)) erasure = Math.max(erasure, link.sequence);
  }
  return { links, wiped, erasure };
}

/** An erasure puts the content of a large record elsewhere, and then deletes what its item named until then. */
async function checkTwice(
  stored: StoredRecord,
  documents: Shelf["documents"],
  key: string,
  blobs: Shelf["blobs"],
): Promise<CheckedRecord> {
  const checked = await checkRecord(stored, blobs);
  if (checked.fault?.kind !== "missing") return checked;
  const now = await documents.read<StoredRecord>("unified", key, stored.id);
  return now ? checkRecord(now.item, blobs) : checked;
}

/** What an item says of its place; where it says none that can be, none that could be another's. */
function linkOf(stored: object, { fault }: CheckedRecord): Link {
  const { id, sequence, previous, hash } = stored as Partial<Record<string, unknown>>;
  return {
    id: String(id),
    sequence: typeof sequence === "number" ? sequence : 0,
    previous: previous === null || typeof previous === "string" ? previous : "(none)",
    hash: typeof hash === "string" ? hash : "",
    fault,
  };
}
