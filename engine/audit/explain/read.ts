import { BlobLostError } from "../../errors/blob-lost-error.ts";
import type { Ports } from "../../ports.ts";
import { maskRecord } from "../../privacy/mask.ts";
import { isControl } from "../../sync/control.ts";
import { isErased } from "../erased.ts";
import type { ReadRecord } from "./leaf.ts";
import type { StoredRecord } from "../record.ts";
import { wholeRecord } from "../stub.ts";

/** What of records is read. */
export interface Sight {
  /** The caller may see personal values. */
  readonly personal: boolean;
  /** The paths whose values are asked for: of a large record no others are kept in memory. */
  readonly paths: ReadonlySet<string>;
}

/**
 * Reads a record for an explanation: large ones from their blobs, and personal values masked for who may not see them.
 * Where the blob of a large one is lost, what is left of it; that is told to the log. `withData`: the data of its event
 * is wanted, too.
 */
export async function readForExplaining(
  stored: StoredRecord,
  { blobs, log }: Pick<Ports, "blobs" | "log">,
  { personal, paths }: Sight,
  withData: boolean,
): Promise<ReadRecord> {
  const whole = await wholeRecord(stored, blobs).catch((error: unknown) => {
    if (!(error instanceof BlobLostError)) throw error;
    log("error", `the audit record ${stored.sequence} of ${stored.key} is not whole`, { error });
    return undefined;
  });
  if (!whole) return { record: stored, lost: true, isErased: () => false };
  const shown = personal ? whole : maskRecord(whole);
  const { data: _data, ...envelope } = shown.event;
  const { personal: commitments } = whole;
  return {
    record: {
      ...shown,
      // What an operator wanted is short.
      event: withData || isControl(shown.event) ? shown.event : envelope,
      // Each keeps its place, by which commitments know it.
      changes: shown.changes.map((change) =>
        paths.has(change.path) ? change : { path: change.path, subSchema: change.subSchema },
      ),
      ...(shown.refused
        ? {
            refused: shown.refused.map(({ new: value, ...refusal }) =>
              paths.has(refusal.path) && value !== undefined ? { ...refusal, new: value } : refusal,
            ),
          }
        : {}),
    },
    lost: false,
    isErased: (pointer) => isErased({ personal: commitments }, pointer),
  };
}
