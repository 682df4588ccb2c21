import {
  BulkOperationType,
  type Container as CosmosContainer,
  type CosmosDiagnostics,
  type Database,
  type ItemDefinition,
  type JSONObject,
  type OperationInput,
  type SqlQuerySpec,
} from "@azure/cosmos";
import { BadCursorError } from "../errors/bad-cursor-error.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import { UnavailableError } from "../errors/unavailable-error.ts";
import type { Container, DocumentQuery, Documents, Item, Page, Write, WriteResult } from "../ports.ts";

/**
 * Without a partition the service leaves it to the SDK to merge what the physical partitions answer, after a query
 * plan; and the SDK gives cursors for that only under query control.
 */
const ACROSS = { forceQueryPlan: true, enableQueryControl: true };

/** The document store on Azure Cosmos DB for NoSQL. */
export function cosmosDocuments(database: Database): Documents {
  const container = (name: Container): CosmosContainer => database.container(name);
  return {
    async read(name, partition, id) {
      const answer = await container(name)
        .item(id, partition)
        .read<ItemDefinition>()
        .catch((error: unknown) => {
          throw translated(error);
        });
      if (answer.statusCode === 404 || !answer.resource) return undefined;
      return { item: answer.resource as never, etag: answer.etag };
    },

    async write(name, partition, writes) {
      const [only] = writes;
      const target = container(name);
      try {
        return writes.length === 1 && only
          ? await writeOne(target, partition, only)
          : await writeBatch(target, partition, writes);
      } catch (error) {
        if (statusOf(error) === 413) throw new TooLargeError("larger than Cosmos DB takes", { cause: error });
        throw translated(error);
      }
    },

    async query<T>(name: Container, asked: DocumentQuery): Promise<Page<T>> {
      const { text, parameters = {}, partition, limit = 100, cursor } = asked;
      const query: SqlQuerySpec = {
        query: text,
        parameters: Object.entries(parameters).map(([key, value]) => ({
          name: `@${key}`,
          value: value as never,
        })),
      };
      const iterator = container(name).items.query<unknown>(query, {
        maxItemCount: Math.min(limit, 1_000),
        ...(partition === undefined ? ACROSS : { partitionKey: partition }),
        ...(cursor === undefined ? {} : { continuationToken: cursor }),
      });
      // Under query control a page may be empty and not the last: the partitions had nothing yet.
      for (;;) {
        const page = await iterator.fetchNext().catch((error: unknown) => {
          // Our query texts are our own: with a cursor, a refusal means the cursor. The SDK's own has no code.
          const refused = statusOf(error) === 400 || (error as { code?: unknown }).code === undefined;
          if (cursor !== undefined && refused) throw new BadCursorError("no page gave this cursor");
          throw translated(error);
        });
        const next = page.hasMoreResults ? (page.continuationToken ?? null) : null;
        const items = (page.resources ?? []) as T[];
        if (items.length > 0 || !page.hasMoreResults) return { items, next };
      }
    },
  };
}

async function writeOne(container: CosmosContainer, partition: string, write: Write): Promise<WriteResult> {
  try {
    const answer = await sendOne(container, partition, write);
    return { written: true, etags: [answer.etag] };
  } catch (error) {
    const why = refusal(statusOf(error));
    if (!why) throw error;
    return { written: false, index: 0, why };
  }
}

function sendOne(container: CosmosContainer, partition: string, write: Write): Promise<{ etag?: string }> {
  switch (write.op) {
    case "create":
      return container.items.create(write.item);
    case "upsert":
      return container.items.upsert(write.item);
    case "replace":
      return container.item(write.item.id, partition).replace(write.item, {
        accessCondition: { type: "IfMatch", condition: write.etag },
      });
    case "delete":
      return container.item(write.id, partition).delete();
  }
}

async function writeBatch(
  container: CosmosContainer,
  partition: string,
  writes: readonly Write[],
): Promise<WriteResult> {
  const answer = await container.items.batch(writes.map(operation), partition, {
    contentResponseOnWriteEnabled: false,
  });
  const results = answer.result ?? [];
  if (answer.code !== undefined && answer.code < 300 && answer.code !== 207) {
    return { written: true, etags: results.map((result) => result.eTag) };
  }
  // In a failed batch one operation has a code of its own; all others say 424, "failed dependency".
  const index = results.findIndex((result) => result.statusCode >= 400 && result.statusCode !== 424);
  const status = results[index]?.statusCode ?? answer.code ?? 0;
  const why = refusal(status);
  if (index >= 0 && why) return { written: false, index, why };
  throw Object.assign(new Error(`Cosmos DB refused a batch with status ${status}`), { code: status });
}

function operation(write: Write): OperationInput {
  switch (write.op) {
    case "create":
      return { operationType: BulkOperationType.Create, resourceBody: body(write.item) };
    case "upsert":
      return { operationType: BulkOperationType.Upsert, resourceBody: body(write.item) };
    case "replace":
      return {
        operationType: BulkOperationType.Replace,
        id: write.item.id,
        resourceBody: body(write.item),
        ifMatch: write.etag,
      };
    case "delete":
      return { operationType: BulkOperationType.Delete, id: write.id };
  }
}

/** Our items are JSON objects by construction; the SDK's type wants an index signature. */
function body(item: Item): JSONObject & { id: string } {
  return item as unknown as JSONObject & { id: string };
}

function refusal(status: number): "exists" | "changed" | "missing" | undefined {
  if (status === 409) return "exists";
  if (status === 412) return "changed";
  return status === 404 ? "missing" : undefined;
}

/** Timed out, gone, throttled, conflicting with a concurrent one, unavailable: statuses that pass. */
const PASSING = new Set([408, 410, 429, 449, 503]);

/** An UnavailableError for what says that the service is not there: by its status, or without any answer. */
function translated(error: unknown): unknown {
  const { code, message = "" } = error as { code?: unknown; message?: string };
  const status = statusOf(error);
  // A fault of the network has a name for a code; that of a batch has neither code nor status.
  const silent = status === 0 && (typeof code === "string" || message.startsWith("Batch request error"));
  return PASSING.has(status) || silent
    ? new UnavailableError(`Cosmos DB: ${message}`, { cause: error })
    : error;
}

/**
 * The HTTP status behind an SDK error. The error of a batch carries none of its own: there the diagnostics of its
 * last request know it.
 */
function statusOf(error: unknown): number {
  const { code, diagnostics } = error as { code?: unknown; diagnostics?: CosmosDiagnostics };
  if (typeof code === "number") return code;
  return diagnostics?.clientSideRequestStatistics?.gatewayStatistics.at(-1)?.statusCode ?? 0;
}
