import { withoutSystemFields } from "../../system-fields.ts";
import { isPlain } from "../../define/merge.ts";
import { BlobLostError } from "../../errors/blob-lost-error.ts";
import type { Blobs } from "../../ports.ts";
import { sameValue } from "../../sync/paths.ts";
import { commit, hashOf, literalCommitments } from "../chain.ts";
import { pointedAt } from "../pointer.ts";
import { type AuditRecord, auditId, type RecordStub } from "../record.ts";
import { stubOf, wholeRecord } from "../stub.ts";

/** What is wrong with a record by itself, whatever stands around it. */
export interface Fault {
  readonly kind: "altered" | "missing" | "reordered";
  readonly detail: string;
}

/** A record looked at by itself. */
export interface CheckedRecord {
  readonly fault?: Fault;
  /** The record, large ones whole; missing where it has a fault, or lies in a blob that could not be read. */
  readonly record?: AuditRecord;
  /** Its personal values were erased, its salt with them. */
  readonly erased?: true;
}

/**
 * Looks at one item that claims to be an audit record: whether it is shaped as one, its hash is that of what it says,
 * its personal values are those that it committed to, and a large one's stub and blob agree. Without `blobs`, large
 * ones are not looked into. Never throws for what the item says, however it was altered.
 */
export async function checkRecord(stored: object, blobs: Blobs | undefined): Promise<CheckedRecord> {
  if (!("blob" in stored)) return checkWhole(stored);
  if (!isStub(stored)) return altered("it is not shaped as the stub of an audit record");
  if (!blobs) return {};
  let whole: AuditRecord;
  try {
    whole = await wholeRecord(stored, blobs);
  } catch (error) {
    if (error instanceof BlobLostError) {
      const kind = error.why === "missing" ? "missing" : "altered";
      return { fault: { kind, detail: `its content is lost: ${error.message}` } };
    }
    if (error instanceof SyntaxError || error instanceof TypeError)
      return altered("its blob holds no record");
    throw error;
  }
  const checked = checkWhole(whole);
  if (checked.fault || !checked.record) return checked;
  const { blob, ...stub } = withoutSystemFields(stored);
  const fits = sameValue(stub, JSON.parse(JSON.stringify(stubOf(checked.record))));
  return fits ? checked : altered(`it says other than its blob ${blob.name}`);
}

/** The same for a record that is whole. */
export function checkWhole(stored: object): CheckedRecord {
  if (!isRecord(stored)) return altered("it is not shaped as an audit record");
  const hash = hashIfAny(stored);
  const own = auditId(stored.event.id);
  if (stored.id !== own && (hash === stored.hash || hashIfAny({ ...stored, id: own }) === stored.hash)) {
    const detail = `it holds the record of another event, ${stored.event.id}`;
    return { fault: { kind: "reordered", detail } };
  }
  if (hash !== stored.hash) return altered("its hash is not that of what it says");
  const { salt, commitments } = stored.personal;
  const literal = literalCommitments(stored).find(({ pointer }) => !Object.hasOwn(commitments, pointer));
  if (literal) return altered(`at ${literal.pointer} it has a commitment in the place of a value`);
  const pointers = Object.keys(commitments);
  const at = pointers.find((pointer) => !holds(stored, pointer));
  if (at !== undefined) return altered(`the value at ${at} is not the one that it committed to`);
  return { record: stored, ...(salt === undefined && pointers.length > 0 ? { erased: true } : {}) };
}

/** Whether a value is the one committed to; of an erased one, that it is gone. */
function holds(record: AuditRecord, pointer: string): boolean {
  const { salt, commitments } = record.personal;
  const value = pointedAt(record, pointer);
  // In an array, a value that is gone leaves null in its place.
  if (salt === undefined) return value === undefined || value === null;
  const bytes = Buffer.from(salt, "base64");
  // Several texts give the same bytes; only one of them was written.
  if (value === undefined || bytes.toString("base64") !== salt) return false;
  try {
    return commit(bytes, value) === commitments[pointer];
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return false;
    throw error;
  }
}

/** The hash of what a record says; undefined where that has no canonical form. */
function hashIfAny(record: AuditRecord): string | undefined {
  try {
    return hashOf(record, record.personal.commitments);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

function isRecord(item: object): item is AuditRecord {
  const { personal } = item as Record<string, unknown>;
  return (
    isChained(item) &&
    isPlain(personal) &&
    (personal["salt"] === undefined || typeof personal["salt"] === "string") &&
    isPlain(personal["commitments"]) &&
    Object.values(personal["commitments"]).every((commitment) => typeof commitment === "string")
  );
}

function isStub(item: object): item is RecordStub {
  const { blob } = item as Record<string, unknown>;
  return (
    isChained(item) &&
    isPlain(blob) &&
    typeof blob["name"] === "string" &&
    BLOB_NAME.test(blob["name"]) &&
    typeof blob["sha256"] === "string"
  );
}

/** As shelving names blobs, and an erasure those that it puts in their place. */
const BLOB_NAME = /^audit(?:\/[0-9a-f]{64}){3}(?:-erased)?$/;

/** What records and their stubs have in common. */
function isChained(item: object): boolean {
  const { id, key, sequence, version, previous, hash, event, changes, refused } = item as Record<
    string,
    unknown
  >;
  return (
    typeof id === "string" &&
    typeof key === "string" &&
    Number.isSafeInteger(sequence) &&
    Number.isSafeInteger(version) &&
    (previous === null || typeof previous === "string") &&
    typeof hash === "string" &&
    isPlain(event) &&
    typeof event["id"] === "string" &&
    isListOfPaths(changes) &&
    (refused === undefined || isListOfPaths(refused))
  );
}

function isListOfPaths(list: unknown): boolean {
  return Array.isArray(list) && list.every((entry) => isPlain(entry) && typeof entry["path"] === "string");
}

function altered(detail: string): CheckedRecord {
  return { fault: { kind: "altered", detail } };
}
