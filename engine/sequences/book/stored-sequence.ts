import { ContendedError } from "../../errors/contended-error.ts";
import type { Documents, Item, Write } from "../../ports.ts";
import { readAll } from "../../read-pages.ts";
import { SEQUENCE_NAME, type Sequence } from "../sequence.ts";
import { noSequence } from "./fault-text.ts";
import { FaultyFileError } from "./faulty-file-error.ts";
import { parseSequence } from "./parse-sequence.ts";

/** A sequence that came by the API: item `sequence|<name>` of `control`. */
export interface StoredSequence extends Item {
  readonly kind: "sequence";
  readonly name: string;
  /** As it was given. */
  readonly file: unknown;
  /** ISO 8601. */
  readonly storedAt: string;
  /** The name of the token. */
  readonly storedBy: string;
}

const idOf = (name: string): string => `sequence|${name}`;

/** Reads a stored sequence; undefined where there is none of that name. */
export async function readStored(documents: Documents, name: string): Promise<StoredSequence | undefined> {
  if (!SEQUENCE_NAME.test(name)) return undefined;
  return (await documents.read<StoredSequence>("control", idOf(name), idOf(name)))?.item;
}

/** How often a sequence is stored anew when somebody else did meanwhile. */
const TRIES = 20;

/**
 * Stores a sequence in place of what had its name. Returns whether nothing had. The same again is no fault, so that who
 * does not know whether it was stored may try again. Throws a ContendedError.
 */
export async function store(
  documents: Documents,
  { name, file, storedAt, storedBy }: Omit<StoredSequence, "id" | "kind">,
): Promise<boolean> {
  const item: StoredSequence = { id: idOf(name), kind: "sequence", name, file, storedAt, storedBy };
  for (let tries = 1; tries <= TRIES; tries++) {
    const before = await documents.read<StoredSequence>("control", item.id, item.id);
    const write: Write = before ? { op: "replace", item, etag: before.etag } : { op: "create", item };
    if ((await documents.write("control", item.id, [write])).written) return before === undefined;
  }
  throw new ContendedError(`the sequence ${name}`, TRIES);
}

/**
 * Removes a stored sequence; false where there was none. When it was last started on its schedule is forgotten with it: one
 * that gets its name is another one.
 */
export async function removeStored(documents: Documents, name: string): Promise<boolean> {
  const { written } = await documents.write("control", idOf(name), [{ op: "delete", id: idOf(name) }]);
  const schedule = `sequence-schedule|${name}`;
  await documents.write("control", schedule, [{ op: "delete", id: schedule }]);
  return written;
}

/** What the book asks the store for: all stored sequences. */
export const STORED_SEQUENCES = "SELECT * FROM c WHERE c.kind = 'sequence'";

/** All stored sequences. */
export function allStored(documents: Documents): AsyncIterable<StoredSequence> {
  return readAll<StoredSequence>(documents, "control", { text: STORED_SEQUENCES });
}

/**
 * A stored sequence as it runs. Throws a FaultyFileError where it is none any more, since what a sequence may have has
 * changed.
 */
export function sequenceOf({ id, name, file }: StoredSequence): Sequence {
  const parsed = parseSequence(file);
  if ("plan" in parsed) return { name, plan: parsed.plan, from: "api" };
  throw new FaultyFileError(noSequence(parsed.issues.map((issue) => ({ file: id, ...issue }))), "api");
}
