import type { PullPosition } from "../define/pull.ts";
import type { Documents } from "../ports.ts";

/** Where a pull stands and who works on it: item `checkpoint|<pull>` of `control`; every write is etag-guarded. */
export interface Checkpoint extends PullPosition {
  readonly id: string;
  readonly kind: "checkpoint";
  readonly name: string;
  /** When the walk of `run` began at page 1; the next `since` follows from it. Null between walks. */
  readonly startedAt: string | null;
  /**
   * The run that holds the lease; null when nobody does. `page` and `startedAt` are of its walk and of no other:
   * what stood on which page is known within one walk only, so that each run begins at page 1.
   */
  readonly run: string | null;
  /** When the lease ends unless it is renewed. */
  readonly leaseUntil: string | null;
  /** The run that came to its end last, so that a crash right after can still close its record. */
  readonly finished: string | null;
}

/** A checkpoint with the etag that guards the next step. */
export interface HeldCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly etag: string | undefined;
}

/** What the first pull ever asks for. */
export const BEGINNING = "1970-01-01T00:00:00.000Z";
/** A lease that is not renewed for so long belongs to nobody. Longer than any page takes. */
export const LEASE_MS = 10 * 60_000;

/** Before a walk, and after one: what `since` alone is left of. */
export const BETWEEN_WALKS = { page: 1, startedAt: null, run: null, leaseUntil: null };

/** Reads a pull's checkpoint; one at the beginning where there is none yet. */
export async function readCheckpoint(documents: Documents, name: string): Promise<HeldCheckpoint> {
  const id = `checkpoint|${name}`;
  const stored = await documents.read<Checkpoint>("control", id, id);
  if (stored) return { checkpoint: stored.item, etag: stored.etag };
  const checkpoint: Checkpoint = {
    id,
    kind: "checkpoint",
    name,
    since: BEGINNING,
    ...BETWEEN_WALKS,
    finished: null,
  };
  return { checkpoint, etag: undefined };
}

/** Moves a checkpoint; undefined when somebody else moved it since it was read. */
export async function moveCheckpoint(
  documents: Documents,
  held: HeldCheckpoint,
  change: Partial<Omit<Checkpoint, "id" | "kind" | "name">>,
): Promise<HeldCheckpoint | undefined> {
  const checkpoint = { ...held.checkpoint, ...change };
  const write =
    held.etag === undefined
      ? ({ op: "create", item: checkpoint } as const)
      : ({ op: "replace", item: checkpoint, etag: held.etag } as const);
  const result = await documents.write("control", checkpoint.id, [write]);
  return result.written ? { checkpoint, etag: result.etags[0] } : undefined;
}
