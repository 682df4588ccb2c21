/** The contracts between the engine and the world; `azure/` keeps them on the Azure SDKs. */

/** A message for a queue or a topic. */
export interface OutgoingMessage {
  /** JSON; together with the properties at most 256 KB (Service Bus Standard). */
  readonly body: unknown;
  /** Messages of one session arrive one at a time, in the order in which they were accepted. */
  readonly sessionId: string;
  /** At most 128 characters; where duplicate detection is on, a second one within the window is swallowed. */
  readonly messageId: string;
  /** What subscriptions filter on. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
  /** Consumers see it from then on: ISO 8601 UTC. Default: at once. */
  readonly notBefore?: string;
}

/**
 * A queue. `send` resolves once the broker has every message durably; when it rejects, any of them may have been
 * accepted: sending again is safe, the consumer ignores repeats. Messages of one call keep their order per session.
 * Consumers get each message at least once, one at a time per session. Throws TooLargeError for a message that no
 * broker takes.
 */
export interface Queue {
  send(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** A topic: each subscription whose filter matches gets its own copy. The same contract as {@link Queue}. */
export interface Topic {
  publish(messages: readonly OutgoingMessage[]): Promise<void>;
}

/** The containers of the store, each with its partition key. */
export type Container = "unified" | "deliveries" | "operations" | "control";

/** An item of the store: `id` is unique within its partition; the partition key is a member like any other. */
export interface Item {
  readonly id: string;
}

/** An item as read, with the etag that guards a later write. */
export interface Stored<T> {
  readonly item: T;
  readonly etag: string;
}

/** One write of a batch. */
export type Write =
  | { readonly op: "create"; readonly item: Item }
  | { readonly op: "upsert"; readonly item: Item }
  | { readonly op: "replace"; readonly item: Item; readonly etag: string }
  | { readonly op: "delete"; readonly id: string };

/** What became of a batch: all of it or nothing. */
export type WriteResult =
  | {
      readonly written: true;
      /** One per write; undefined for a delete. */ readonly etags: readonly (string | undefined)[];
    }
  | {
      readonly written: false;
      /** The first write that was refused. */
      readonly index: number;
      /** `exists`: created before; `changed`: the etag is no longer the stored one; `missing`: nothing to replace or delete. */
      readonly why: "exists" | "changed" | "missing";
    };

/** A query in Cosmos SQL over one container; parameters are never spliced into the text. */
export interface DocumentQuery {
  readonly text: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Confines it to one partition. */
  readonly partition?: string;
  /** Most items of the page; default 100, at most 1,000. */
  readonly limit?: number;
  /** Where the page before this one ended. */
  readonly cursor?: string;
}

/** A page of a query; `next` is the cursor of the page after it, null at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/**
 * The document store. Strong within a partition: what `write` reported as written, `read` returns. When `write`
 * rejects, it may or may not have happened: callers write so that a repeat is recognised (an id, an etag). At most
 * 100 writes and 2 MB a batch, all in one partition. Throws TooLargeError past the store's sizes, and BadCursorError for a cursor
 * that no page gave.
 */
export interface Documents {
  read<T extends Item>(container: Container, partition: string, id: string): Promise<Stored<T> | undefined>;
  write(container: Container, partition: string, writes: readonly Write[]): Promise<WriteResult>;
  query<T>(container: Container, query: DocumentQuery): Promise<Page<T>>;
}

/** A blob that is being read. */
export interface BlobStream {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Bytes in all. */
  readonly size: number;
  /** Names these bytes: another put has another one. */
  readonly etag: string;
}

/**
 * Bytes that are too large for a message or an item, by name. `put` resolves once they are durable, and replaces what
 * had the name; `get` is undefined where nothing has it; to delete what is not there is no error. `list` gives the
 * names that begin with `prefix`, a page at a time as they are asked for: all that were there when it began and are
 * still, in no order that counts.
 */
export interface Blobs {
  put(name: string, bytes: Uint8Array): Promise<void>;
  /**
   * The same for bytes of any size as they come, some MiB of which are held at a time. What had the name stays until all
   * of them are durable, and for good where `bytes` throws, which is then what this rejects with.
   */
  putStream(name: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /**
   * What has the name, for bytes of any size; undefined where nothing has it. The bytes are fetched as they are asked
   * for, some MiB at a time. All are of the same put: when the blob is replaced or deleted meanwhile, the iteration
   * throws a ChangedBlobError. To be iterated once.
   */
  stream(name: string): Promise<BlobStream | undefined>;
  /**
   * An address (https URL) where anybody may write the blob of that name, and nothing else, until then (milliseconds
   * since 1970): one `PUT` with `x-ms-blob-type: BlockBlob` of at most 5,000 MiB, or blocks and their list.
   */
  uploadAddress(name: string, until: number): Promise<string>;
  delete(name: string): Promise<void>;
  list(prefix: string): AsyncIterable<string>;
}

/** Other containers of the same account, by name. Throws a PermanentError for a name that none can have, and for the engine's own. */
export type BlobContainers = (container: string) => Blobs;

/**
 * Secrets that change while the app runs, shared by all hosts and unreadable at rest. `fresh` gives the value of that
 * name as long as `isFresh` says so of it; else it has one caller over all hosts make the next one, from the last, and
 * stores that before anybody gets it. Every string in a value is redacted from then on. Rejects with what `renew` threw.
 */
export interface Secrets {
  fresh<T>(
    name: string,
    isFresh: (value: T) => boolean,
    renew: (last: T | undefined) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
}

/** The time, so that tests can hold it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

/** A structured log line; secrets are redacted behind it. */
export type Log = (
  level: "debug" | "info" | "warn" | "error",
  message: string,
  facts?: Record<string, unknown>,
) => void;

/** What the engine runs on. */
export interface Ports {
  readonly documents: Documents;
  readonly queue: (name: string) => Queue;
  readonly topic: (name: string) => Topic;
  readonly blobs: Blobs;
  readonly clock: Clock;
  readonly log: Log;
}
