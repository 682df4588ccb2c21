import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  type BlobDownloadResponseParsed,
  type BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  RestError,
  type StoragePipelineOptions,
} from "@azure/storage-blob";
import { ChangedBlobError } from "../errors/changed-blob-error.ts";
import { UnavailableError } from "../errors/unavailable-error.ts";
import type { Blobs } from "../ports.ts";
import { uploadAddress } from "./upload-address.ts";

/** The container that holds what the engine keeps as blobs. */
export const CONTAINER = "caudal";

/** How the client of {@link azureBlobs} tries: by default it would for minutes, in which a webhook's sender is gone. */
export const BLOB_OPTIONS: StoragePipelineOptions = {
  retryOptions: { maxTries: 3, retryDelayInMs: 250, maxRetryDelayInMs: 1_000 },
};

/** How long one call may take with all its tries, in milliseconds; the SDK itself knows no limit. */
const TIMEOUT_MS = 8_000;

/** How many bytes of a blob are fetched at once: 4 MiB, which arrive well within the timeout. */
const RANGE = 4 * 1024 * 1024;

/** Names that are asked for at once. */
const PAGE = 1_000;

/** Blobs on Azure Storage; their container is made at the first `put`. Throws UnavailableError where nothing answers. */
export function azureBlobs(client: BlobServiceClient, name: string = CONTAINER): Blobs {
  const container: ContainerClient = client.getContainerClient(name);
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
    async putStream(name, bytes) {
      await make();
      const blob = container.getBlockBlobClient(name);
      const ids: string[] = [];
      // Others that write the same name at the same time have other ids: each commits its own blocks.
      const beginning = randomBytes(8).toString("hex");
      for await (const block of blocksOf(bytes, RANGE)) {
        const id = Buffer.from(`${beginning}${String(ids.length).padStart(8, "0")}`).toString("base64");
        await within((abortSignal) => blob.stageBlock(id, block, block.length, { abortSignal }));
        ids.push(id);
      }
      await within((abortSignal) => blob.commitBlockList(ids, { abortSignal }));
    },
    get: (name) =>
      within(async (abortSignal) => {
        const answer = await container.getBlockBlobClient(name).download(0, undefined, { abortSignal });
        return bytesOf(answer);
      }).catch(unlessMissing),
    async stream(name) {
      const blob = container.getBlockBlobClient(name);
      const found = await within((abortSignal) => blob.getProperties({ abortSignal })).catch(unlessMissing);
      if (found === undefined) return undefined;
      const { contentLength: size = 0, etag = "" } = found;
      return { bytes: ranges(blob, size, etag), size, etag };
    },
    async uploadAddress(name, until) {
      await make();
      const blob = container.getBlockBlobClient(name);
      return within((abortSignal) => uploadAddress(client, blob, until, abortSignal));
    },
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

/** The same bytes in blocks of that size, the last one shorter. Each block is a buffer of its own. */
async function* blocksOf(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  for await (const piece of bytes) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + size - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < size) continue;
      yield block;
      block = Buffer.allocUnsafeSlow(size);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

/** All bytes of one put, a range at a time. */
async function* ranges(blob: BlockBlobClient, size: number, etag: string): AsyncGenerator<Uint8Array> {
  const fetch = (from: number): Promise<Uint8Array> =>
    within(async (abortSignal) => {
      const count = Math.min(RANGE, size - from);
      const answer = await blob.download(from, count, { abortSignal, conditions: { ifMatch: etag } });
      return bytesOf(answer);
    }).catch((error: unknown) => {
      // 412: another put has the name. 404: none has.
      if (!(error instanceof RestError) || (error.statusCode !== 412 && error.statusCode !== 404))
        throw error;
      throw new ChangedBlobError(`the blob ${blob.name} changed while it was read`, { cause: error });
    });
  for (let from = 0; from < size; from += RANGE) yield await fetch(from);
}

/** The body of an answer, which says how long it is: gathered in place it is copied once, and leaves no pieces behind. */
async function bytesOf({
  contentLength = 0,
  readableStreamBody = Readable.from([]),
}: BlobDownloadResponseParsed): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(contentLength);
  let length = 0;
  for await (const piece of readableStreamBody) length += (piece as Buffer).copy(bytes, length);
  if (length < contentLength)
    throw new UnavailableError(`${length} of ${contentLength} bytes of a blob came`);
  return bytes;
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
