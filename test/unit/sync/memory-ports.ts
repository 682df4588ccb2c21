import { ChangedBlobError } from "../../../engine/errors/changed-blob-error.ts";
import { TooLargeError } from "../../../engine/errors/too-large-error.ts";
import type { Container, Documents, Item, OutgoingMessage, Ports } from "../../../engine/ports.ts";
import { LINE, type ParkedEvent } from "../../../engine/sync/park.ts";

/** The largest item of the store, and the largest message of a queue, in bytes of JSON. */
const MAX_ITEM = 2 * 1024 * 1024;
const MAX_MESSAGE = 256 * 1024;

/** The engine's ports in memory, under the sizes of the real ones, for tests that stay in one process. */
export interface MemoryPorts extends Ports {
  /** What the queue of that name has accepted. A message id that comes again is swallowed. */
  sent(queue: string): readonly OutgoingMessage[];
  /** The items of a container. */
  items(container: Container): readonly Item[];
  /** The names of the blobs that there are. */
  blobNames(): readonly string[];
  /** The time; a test may put it on. */
  time: number;
  /** What the next calls throw, while it is set. */
  failure: { readonly of: "queue" | "documents" | "blobs"; readonly error: Error } | undefined;
}

/** Fresh ports with nothing in them. */
export function memoryPorts(): MemoryPorts {
  const queues = new Map<string, Map<string, OutgoingMessage>>();
  const documents = memoryDocuments();
  const blobs = new Map<string, Uint8Array>();
  const check = (of: "queue" | "documents" | "blobs"): void => {
    if (ports.failure?.of === of) throw ports.failure.error;
  };
  const ports: MemoryPorts = {
    time: Date.UTC(2026, 0, 2),
    failure: undefined,
    sent: (queue) => [...(queues.get(queue)?.values() ?? [])],
    items: (container) => documents.all(container),
    blobNames: () => [...blobs.keys()],
    documents: {
      async read(...asked) {
        check("documents");
        return documents.read(...asked);
      },
      async write(...asked) {
        check("documents");
        return documents.write(...asked);
      },
      query: (...asked) => documents.query(...asked),
    },
    queue: (name) => ({
      async send(messages) {
        check("queue");
        const accepted = queues.get(name) ?? new Map<string, OutgoingMessage>();
        queues.set(name, accepted);
        for (const message of messages) {
          // As on Service Bus, those before it are in by now.
          if (bytes(message.body) > MAX_MESSAGE) throw new TooLargeError(`more than ${MAX_MESSAGE} bytes`);
          if (!accepted.has(message.messageId)) accepted.set(message.messageId, message);
        }
      },
    }),
    topic: () => ({ publish: async () => {} }),
    blobs: {
      async put(name, bytes) {
        check("blobs");
        blobs.set(name, Uint8Array.from(bytes));
      },
      async putStream(name, bytes) {
        const pieces: Uint8Array[] = [];
        for await (const piece of bytes) pieces.push(Uint8Array.from(piece));
        check("blobs");
        blobs.set(name, Buffer.concat(pieces));
      },
      async get(name) {
        check("blobs");
        return blobs.get(name);
      },
      async stream(name) {
        check("blobs");
        const put = blobs.get(name);
        return put && { bytes: pieces(blobs, name, put), size: put.length, etag: `"${etagOf(put)}"` };
      },
      uploadAddress: () => Promise.reject(new Error("what is in memory has no address")),
      delete: async (name) => void blobs.delete(name),
      async *list(prefix) {
        check("blobs");
        yield* [...blobs.keys()].filter((name) => name.startsWith(prefix));
      },
    },
    clock: { now: () => ports.time },
    log: () => {},
  };
  return ports;
}

/** How much of a blob in memory comes at once. */
const PIECE = 1_000_000;

async function* pieces(
  blobs: ReadonlyMap<string, Uint8Array>,
  name: string,
  put: Uint8Array,
): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < put.length; from += PIECE) {
    if (blobs.get(name) !== put) throw new ChangedBlobError(`the blob ${name} changed while it was read`);
    yield put.slice(from, from + PIECE);
  }
}

const putEtags = new WeakMap<Uint8Array, number>();
let puts = 0;

/** Names a put: each has bytes of its own. */
function etagOf(put: Uint8Array): number {
  const etag = putEtags.get(put) ?? (puts += 1);
  putEtags.set(put, etag);
  return etag;
}

function memoryDocuments(): Documents & { all(container: Container): Item[] } {
  const items = new Map<string, { item: Item; etag: string; container: Container }>();
  let etags = 0;
  const place = (container: Container, partition: string, id: string): string =>
    JSON.stringify([container, partition, id]);
  return {
    all: (container) =>
      [...items.values()].filter((each) => each.container === container).map(({ item }) => item),
    async read(container, partition, id) {
      return structuredClone(items.get(place(container, partition, id))) as never;
    },
    async write(container, partition, writes) {
      const next = new Map(items);
      const given: (string | undefined)[] = [];
      for (const [index, write] of writes.entries()) {
        const at = place(container, partition, write.op === "delete" ? write.id : write.item.id);
        const there = next.get(at);
        if (write.op === "create" && there) return { written: false, index, why: "exists" };
        if ((write.op === "replace" || write.op === "delete") && !there)
          return { written: false, index, why: "missing" };
        if (write.op === "replace" && there?.etag !== write.etag)
          return { written: false, index, why: "changed" };
        if (write.op === "delete") {
          next.delete(at);
          given.push(undefined);
          continue;
        }
        if (bytes(write.item) > MAX_ITEM) throw new TooLargeError(`more than ${MAX_ITEM} bytes`);
        const etag = String((etags += 1));
        next.set(at, { item: JSON.parse(JSON.stringify(write.item)) as Item, etag, container });
        given.push(etag);
      }
      items.clear();
      for (const [at, stored] of next) items.set(at, stored);
      return { written: true, etags: given };
    },
    query: async (container, { text, partition, limit = 100, cursor = "0" }) => {
      if (text !== LINE) throw new Error(`this store in memory does not know the query ${text}`);
      const line = [...items.values()]
        .filter((each) => each.container === container)
        .map(({ item }) => item as ParkedEvent)
        .filter(({ kind, key }) => kind === "parked" && key === partition)
        .toSorted((one, other) => one.place - other.place);
      const end = Number(cursor) + limit;
      const next = end < line.length ? String(end) : null;
      return { items: line.slice(Number(cursor), end) as never[], next };
    },
  };
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
