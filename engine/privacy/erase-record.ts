import { randomBytes } from "node:crypto";
import { type PersonalParts, seal, type Unsealed } from "../audit/chain.ts";
import { pointedAt, withPointed } from "../audit/pointer.ts";
import type { AuditRecord } from "../audit/record.ts";

/**
 * A record without its personal values and without its salt. The commitments stay, and with them its hash; in a list,
 * what is gone leaves null in its place, so that the other commitments still point to theirs.
 */
export function erasedRecord(record: AuditRecord): AuditRecord {
  const { commitments } = record.personal;
  let rest: unknown = record;
  for (const pointer of Object.keys(commitments)) {
    if (pointedAt(rest, pointer) !== undefined) rest = withPointed(rest, pointer, undefined);
  }
  const erased: AuditRecord = { ...(rest as AuditRecord), personal: { commitments } };
  // As the store would give it back: members without a value go, and places in lists become null.
  return JSON.parse(JSON.stringify(erased)) as AuditRecord;
}

/** Seals a record that never holds its personal values: nobody learns the salt of its commitments. */
export function sealErased(record: Unsealed, definition: PersonalParts): AuditRecord {
  return erasedRecord(seal(record, definition, randomBytes(16)));
}
