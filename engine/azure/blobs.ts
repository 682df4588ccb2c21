import { buffer } from "node:stream/consumers";
import {
  type BlobServiceClient,
  type ContainerClient,
  RestError,
  type StoragePipelineOptions,
} from "@azure/storage-blob";
import { UnavailableError } from "../errors/unavailable-error.ts";
import type { Blobs } from "../ports.ts";

/** The container that holds what the engine keeps as blobs. */
const CONTAINER = "caudal";

/** How the client of {@link azureBlobs} tries: by default it would for minutes, in which a webhook's sender is gone. */
export const BLOB_OPTIONS: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, retryDelayInMs: 250, maxRetryDelayInMs: 1_000 },
};

/** How long one call may take with all its tries, in milliseconds; the SDK itself knows no limit. */
const TIMEOUT_MS = 8_000;

/** Names that are asked for at once. */
const PAGE = 1_000;

/** Blobs on Azure Storage; the container is made at the first `put`. Throws UnavailableError where nothing answers. */
export function azureBlobs(client: BlobServiceClient): Blobs {
  const container: ContainerClient = client.getContainerClient(CONTAINER);
  let made: Promise<unknown> | undefined;
  const make = async (): Promise<void> => {
    made ??= within((abortSignal) => container.createIfNotExists({ abortSignal }));
    try {
      await made;
    } catch (error) {
      made = undefined;
      throw error;
    }
  };
  return {
    async put(name, bytes) {
      await make();
      await within((abortSignal) => container.getBlockBlobClient(name).uploadData(bytes, { abortSignal }));
    },
    get: (name) =>
      within(async (abortSignal) => {
        const answer = await container.getBlockBlobClient(name).download(0, undefined, { abortSignal });
        return answer.readableStreamBody && (await buffer(answer.readableStreamBody));
      }).catch(unlessMissing),
    async delete(name) {
      await within((abortSignal) => container.getBlockBlobClient(name).delete({ abortSignal })).catch(
        unlessMissing,
      );
    },
    async *list(prefix) {
      const pages = container.listBlobsFlat({ prefix }).byPage({ maxPageSize: PAGE });
      for (;;) {
        // Without a container there is nothing in it.
        const page = await within(() => pages.next()).catch(unlessMissing);
        if (page === undefined || page.done) return;
        yield* page.value.segment.blobItems.map(({ name }) => name);
      }
    },
  };
}

/** Undefined for an answer that there is no such blob, or no container yet. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof RestError && error.statusCode === 404) return undefined;
  throw error;
}

/** Timed out, throttled, failed inside, unavailable: statuses that pass. */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

async function within<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await call(signal);
  } catch (error) {
    const { statusCode, code, message = "" } = error as Partial<RestError>;
    // Without a status nobody answered: a fault of the network has a name for a code.
    const silent = statusCode === undefined && typeof code === "string";
    if (signal.aborted) {
      throw new UnavailableError(`Blob Storage: no answer within ${TIMEOUT_MS} ms`, { cause: error });
    }
    if (silent || PASSING.has(statusCode ?? 0)) {
      throw new UnavailableError(`Blob Storage: ${message}`, { cause: error });
    }
    throw error;
  }
}
