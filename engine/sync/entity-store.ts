import type { Shelved } from "../audit/stub.ts";
import type { AppDefinition } from "../define/app.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { Ports, Topic, Write, WriteResult } from "../ports.ts";
import { RecentlyUsed } from "./cache.ts";
import { documentItem, type LoadedEntity, loadEntity } from "./entity.ts";
import type { Folding } from "./fold-next.ts";

/** What changes with a document. */
export interface Beside {
  /** New audit records, in order. */
  readonly records?: readonly Shelved[];
  /** Other writes in its partition. */
  readonly others?: readonly Write[];
}

/** Entities in the store, as the processor reads and writes them. */
export interface EntityStore {
  /** An entity; from memory where this host wrote it last, which the etag of its next write keeps honest. */
  load(key: string): Promise<LoadedEntity>;
  /** An entity as the store has it now: for what depends on other items of its partition, which no etag guards. */
  reload(key: string): Promise<LoadedEntity>;
  /**
   * Writes the document of an entity and what is beside it in one batch, if nobody changed the document since
   * `after.etag`: index 0 of the result is the document, then come the records, then the others. Throws a TooLargeError.
   */
  write(key: string, after: LoadedEntity, beside: Beside, at: string): Promise<WriteResult>;
}

/** What the work that an operator wants on one entity goes by, in the entity's session. */
export interface EntityContext {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly topic: Topic;
  readonly entities: EntityStore;
  readonly folding: Folding;
}

/** Most entities that a host remembers. */
const REMEMBERED = 2_000;

/**
 * Most bytes of JSON in a batch of several events: Cosmos DB takes 2 MB, and counts what it adds itself. One alone is
 * for the store to judge.
 */
const MAX_BATCH = 1_800_000;

/** The entities of a store. */
export function entityStore({ documents, blobs }: Pick<Ports, "documents" | "blobs">): EntityStore {
  const cache = new RecentlyUsed<LoadedEntity>(REMEMBERED);
  return {
    load: async (key) => cache.get(key) ?? (await loadEntity(documents, key)),

    reload: (key) => loadEntity(documents, key),

    async write(key, after, { records = [], others = [] }, at) {
      // Until it is known to be written, nothing is known.
      cache.delete(key);
      const item = documentItem(key, after.state, at, after.parked);
      const document: Write =
        after.etag === undefined ? { op: "create", item } : { op: "replace", item, etag: after.etag };
      const created = records.map((shelved): Write => ({ op: "create", item: shelved.item }));
      const beside = [...created, ...others];
      const several = beside.filter(({ op }) => op === "create").length > 1;
      if (several && sizeOf([document, ...beside]) > MAX_BATCH) {
        throw new TooLargeError(`the events of one batch come to more than ${MAX_BATCH} bytes`);
      }
      const wholes = records.flatMap((shelved) => ("whole" in shelved ? [shelved] : []));
      // The blob of a stub is there before the stub is. It stays where the batch is refused: what looks like a conflict
      // may be this very batch, whose answer was lost on the way.
      await Promise.all(wholes.map(({ item: stub, whole }) => blobs.put(stub.blob.name, whole)));
      const result = await documents.write("unified", key, [document, ...beside]);
      if (result.written) cache.set(key, { ...after, etag: result.etags[0] });
      return result;
    },
  };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
