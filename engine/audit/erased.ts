import type { AuditRecord } from "./record.ts";

/**
 * Whether an erasure took a personal value, or part of it, from where `pointer` points in a record: there is a
 * commitment to it, and no salt any more. Asked of a record as it is stored: a masked one has no salt, either.
 */
export function isErased({ personal }: Pick<AuditRecord, "personal">, pointer: string): boolean {
  const { salt, commitments } = personal;
  if (salt !== undefined) return false;
  return Object.keys(commitments).some((at) => at === pointer || at.startsWith(`${pointer}/`));
}
