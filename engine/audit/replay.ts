import { Draft, pathSegments } from "../sync/paths.ts";
import type { AuditRecord } from "./record.ts";

/** What records come to: a document, as far as they altered it. */
export interface ReplayedState {
  /** Undefined while there is none, and after a removal. */
  readonly data: unknown;
  readonly version: number;
  readonly sequence: number;
  readonly head: string | null;
}

/** Before the first record. */
export const BLANK: ReplayedState = { data: undefined, version: 0, sequence: 0, head: null };

/**
 * The state after the next record of its chain: what the record says that it changed, without asking its rule again.
 * Values that an erasure took away are missing until the record of that erasure, and agree from there on.
 */
export function replayRecord(
  before: ReplayedState,
  { changes, version, sequence, hash }: Pick<AuditRecord, "changes" | "version" | "sequence" | "hash">,
): ReplayedState {
  const draft = new Draft(before.data);
  for (const change of changes) draft.set(pathSegments(change.path), change.new);
  return { data: draft.root, version, sequence, head: hash };
}
