import type { AuditRecord } from "../audit/record.ts";
import { pointedAt, withPointed } from "../audit/pointer.ts";
import { isPlain } from "../define/merge.ts";
import { type PersonalPaths, personalWithin } from "../define/personal.ts";
import type { Segments } from "../sync/paths.ts";

/** What stands in the place of a personal value for whoever may not see it. */
export const MASKED = "[masked]";

/**
 * A record for whoever may not see personal values. Its hash still verifies: what is masked is committed to. The salt
 * is left out, since with it values can be guessed.
 */
export function maskRecord(record: AuditRecord): AuditRecord {
  const { commitments } = record.personal;
  let masked: unknown = record;
  for (const pointer of Object.keys(commitments)) {
    if (pointedAt(masked, pointer) !== undefined) masked = withPointed(masked, pointer, MASKED);
  }
  return { ...(masked as AuditRecord), personal: { commitments } };
}

/**
 * A value for whoever may not see personal values: that of a document, or what it has at the path `at`. `personal` are
 * the personal paths of the document.
 */
export function maskValue(value: unknown, personal: PersonalPaths, at: Segments = []): unknown {
  return personalWithin(personal, at).reduce(maskWithin, value);
}

function maskWithin(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (value === undefined) return undefined;
  if (name === undefined) return MASKED;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      name === "*" || name === String(index) ? maskWithin(item, rest) : item,
    );
  }
  if (!isPlain(value)) return value;
  const members = Object.entries(value).map(([member, of]) => [
    member,
    name === "*" || name === member ? maskWithin(of, rest) : of,
  ]);
  return Object.fromEntries(members);
}
