import type { IncomingHttpHeaders } from "node:http";
import { effectiveKey } from "./effective-key.ts";
import { badRequest } from "./failure.ts";
import type { Answer } from "./http/answer.ts";
import type { Json } from "./json.ts";
import { prefixBounds } from "./partition-key.ts";
import { pageSize, partitionOf } from "./query/request.ts";
import type { ContainerEntry } from "./store/catalog.ts";
import type { Store } from "./store/store.ts";

/** The text one page holds at most, about 4 MB, and how many items are looked at for it. */
const maxLength = 4 * 1024 * 1024;
const maxLooked = 5000;

/** One changed item, as read. */
interface Change {
  readonly lsn: number;
  readonly pk: string;
  readonly body: string;
}

/** True for the partition keys a feed is about. */
type InRange = (key: string) => boolean;

/**
 * `GET …/docs` with `A-IM: Incremental feed`: the newest version of each item in order of modification, of
 * the container or one partition. The etag says where to go on; 304 carries it too.
 * Source: https://learn.microsoft.com/azure/cosmos-db/change-feed-design-patterns
 */
export function changeFeed(store: Store, container: ContainerEntry, headers: IncomingHttpHeaders): Answer {
  const mode = String(headers["a-im"]);
  if (mode.toLowerCase() !== "incremental feed") {
    throw badRequest(`The change feed mode "${mode}" is not supported: only "Incremental feed" is.`);
  }
  const after = startOf(store, container, headers);
  const limit = pageSize(headers);
  const inRange = rangeOf(container, headers);
  const read = reader(store, container, headers);
  const changes: Change[] = [];
  let seen = after;
  let length = 0;
  let looked = 0;
  for (const change of read(after)) {
    seen = change.lsn;
    looked++;
    if (inRange === undefined || inRange(change.pk)) {
      changes.push(change);
      length += change.body.length;
    }
    if (changes.length >= limit || length >= maxLength || looked >= maxLooked) break;
  }
  const more = changes.length > 0 || looked >= maxLooked;
  // Where nothing more was found, everything up to now has been seen.
  const etag = `"${more ? seen : Math.max(after, store.log.last)}"`;
  if (!more) return { status: 304, etag };
  const bodies = changes.map(({ lsn, body }) => `${body.slice(0, -1)},"_lsn":${lsn}}`);
  return {
    status: 200,
    body: `{"_rid":"${container.rid}","Documents":[${bodies.join(",")}],"_count":${changes.length}}`,
    etag,
    itemCount: changes.length,
  };
}

/** Reads changes after a log sequence number: of the container in their order, of a partition through its own index. */
function reader(
  store: Store,
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
): (after: number) => Iterable<Change> {
  const key = partitionOf(container, headers);
  const { name } = container.items;
  const bounds = key && prefixBounds(key);
  const within = key?.complete ? "AND pk = ?" : key ? "AND pk >= ? AND pk < ?" : "";
  const values = key?.complete ? [key.text] : bounds ? [bounds.from, bounds.below] : [];
  const sql = `SELECT lsn, pk, body FROM ${name} INDEXED BY ${name}_${key ? "key" : "lsn"}
    WHERE lsn > ? AND (expires IS NULL OR expires > ?) ${within} ORDER BY lsn`;
  return (after) => store.statement(sql).iterate(after, Date.now(), ...values) as unknown as Iterable<Change>;
}

/** The range of effective keys a feed is cut down to, if any: a prefix of a hierarchical key. */
function rangeOf(container: ContainerEntry, headers: IncomingHttpHeaders): InRange | undefined {
  const start = headers["x-ms-start-epk"];
  const end = headers["x-ms-end-epk"];
  if (typeof start !== "string" || typeof end !== "string" || (start === "" && end === "FF"))
    return undefined;
  if (container.definition.partitionKey.kind !== "MultiHash") {
    throw badRequest("A part of a key range can be asked for only where the partition key is hierarchical.");
  }
  return (key) => {
    const effective = effectiveKey(JSON.parse(key) as Json[]);
    return effective >= start && effective < end;
  };
}

/** The log sequence number after which the feed begins. */
function startOf(store: Store, container: ContainerEntry, headers: IncomingHttpHeaders): number {
  const condition = headers["if-none-match"];
  if (condition === "*") return store.log.last;
  if (condition !== undefined) {
    const lsn = Number(/^"?(\d+)"?$/.exec(condition)?.[1]);
    if (!Number.isSafeInteger(lsn)) throw badRequest(`The change feed continuation ${condition} is invalid.`);
    return lsn;
  }
  const since = headers["if-modified-since"];
  if (since === undefined) return 0;
  const seconds = Date.parse(since) / 1000;
  if (Number.isNaN(seconds)) throw badRequest(`If-Modified-Since is not a date: ${since}.`);
  return lastBefore(store, container, Math.floor(seconds));
}

/** The newest log sequence number from before a time: numbers grow with time, so it is found by halving. */
function lastBefore(store: Store, container: ContainerEntry, seconds: number): number {
  const next = store.statement(
    `SELECT lsn, ts FROM ${container.items.name} WHERE lsn > ? ORDER BY lsn LIMIT 1`,
  );
  let before = 0;
  let end = store.log.last;
  while (before < end) {
    const middle = Math.floor((before + end) / 2);
    const item = next.get(middle) as unknown as { lsn: number; ts: number } | undefined;
    if (item === undefined || item.ts >= seconds) end = middle;
    else before = item.lsn;
  }
  return before;
}
