import { createHash } from "node:crypto";
import { z } from "zod";
import type { RowOrigin } from "../define/import.ts";
import { InvalidSettingError } from "../errors/invalid-setting-error.ts";
import { MissingSettingError } from "../errors/missing-setting-error.ts";
import type { Documents } from "../ports.ts";

/** What is wrong with an input, and where: `data.email`, `items.3.updatedAt`; the empty path is the whole. */
export interface Issue {
  readonly path: string;
  readonly message: string;
}

/** An input that no event could be made of: item `quarantine|…` of `control`, kept until it is replayed. */
export interface QuarantineItem {
  readonly id: string;
  readonly kind: "quarantine";
  /** How it came in, and the name of the receiver, pull, queue, dataset or sequence. */
  readonly via: "receiver" | "pull" | "queue" | "import" | "sequence";
  readonly name: string;
  readonly deliveryId: string;
  readonly at: string;
  /**
   * Of a row of a dataset: what is known of it beside its cells. Of a record of a sequence, `loadedAt` is when its
   * run began.
   */
  readonly row?: RowOrigin;
  /** How often it was replayed in vain, and when last: `issues` are of then. */
  readonly attempts?: number;
  readonly triedAt?: string;
  /** At most 100, and then a last one that says how many more there were; each shortened to 400 characters. */
  readonly issues: readonly Issue[];
  readonly payload: {
    /** base64 where the input is no UTF-8 text, or where that takes less room than text with JSON's escapes. */
    readonly encoding: "utf8" | "base64";
    /** The input as it came, up to 1 MiB of it. */
    readonly body: string;
    /** The input was longer: only its beginning is here. */
    readonly truncated?: true;
    /** An erasure took away what it said of an entity: some of it, or all where it was no JSON. */
    readonly erased?: true;
  };
}

/** What the ids of quarantine begin with. */
export const PREFIX = "quarantine|";
const MAX_ISSUES = 100;
/** Most characters of an issue's path and of its message, which may quote the input. */
const MAX_TEXT = 400;
/** Most bytes of an input that are kept. In base64, with the longest issues, they stay below the 2 MB of an item. */
const MAX_PAYLOAD = 1_048_576;

/**
 * Keeps an input in quarantine, whatever its size; the same delivery again takes the same place. Returns the item.
 */
export async function quarantine(
  documents: Documents,
  input: Omit<QuarantineItem, "id" | "kind" | "payload" | "attempts" | "triedAt"> & {
    readonly body: Uint8Array;
  },
): Promise<QuarantineItem> {
  const { body, ...rest } = input;
  const name = createHash("sha256").update(`${rest.via}|${rest.name}|${rest.deliveryId}`).digest("hex");
  const id = `${PREFIX}${name}`;
  const item: QuarantineItem = {
    id,
    kind: "quarantine",
    ...rest,
    issues: shorten(rest.issues),
    payload: encode(body),
  };
  await documents.write("control", id, [{ op: "upsert", item }]);
  return item;
}

/** Issues as an item keeps them: at most 100, and their number, each at most 400 characters long. */
export function shorten(issues: readonly Issue[]): Issue[] {
  // The cut may halve a surrogate pair, and the input may have come with half of one: that has no UTF-8 form.
  const cut = (text: string): string =>
    (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text).toWellFormed();
  const kept = issues
    .slice(0, MAX_ISSUES)
    .map(({ path, message }) => ({ path: cut(path), message: cut(message) }));
  const more = issues.length - kept.length;
  return more > 0 ? [...kept, { path: "", message: `and ${more} more` }] : kept;
}

function encode(body: Uint8Array): QuarantineItem["payload"] {
  const truncated = body.length > MAX_PAYLOAD;
  const kept = Buffer.from(body.subarray(0, MAX_PAYLOAD));
  const rest = truncated ? { truncated } : {};
  const base64 = kept.toString("base64");
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    // As of a stream: a character that the cut halves is left out.
    const text = decoder.decode(kept, { stream: truncated });
    if (Buffer.byteLength(JSON.stringify(text)) <= base64.length + 2)
      return { encoding: "utf8", body: text, ...rest };
  } catch {
    // No text.
  }
  return { encoding: "base64", body: base64, ...rest };
}

/** The issues of a zod error, one per fault. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
}

/** What was made of an input, or what is wrong with it. */
export type Made<T> = { readonly value: T } | { readonly issues: readonly Issue[] };

/**
 * What `make` makes of an input. Whatever it throws is the input's fault, the errors of the user's code included;
 * thrown on is only what no input can be blamed for: a setting that is missing or invalid, a schema that needs
 * `parseAsync`.
 */
export function tryToMake<T>(make: () => T): Made<T> {
  try {
    return { value: make() };
  } catch (error) {
    if (BLAMELESS.some((kind) => error instanceof kind)) throw error;
    if (error instanceof z.ZodError) return { issues: issuesOf(error) };
    const reason = error instanceof Error ? error.message : String(error);
    return { issues: [{ path: "", message: `no event can be made of it: ${reason}` }] };
  }
}

const BLAMELESS = [MissingSettingError, InvalidSettingError, z.core.$ZodAsyncError];
