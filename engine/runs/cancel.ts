import { CancelledError } from "../errors/cancelled-error.ts";
import type { Documents, Item, Ports } from "../ports.ts";
import { readStoredRun, replaceRun } from "./run.ts";

/** That a run is to end: item `cancel` of its partition in `operations`. */
export interface Cancellation extends Item {
  readonly id: "cancel";
  readonly run: string;
  /** The name of the token. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Has a run end as cancelled: one at work when it next looks (at its next save, or after a page), one that waits in
 * line at once. A pull in line ends when its message comes: it holds a lease, which its worker frees. False where the
 * run has ended already or there is none.
 */
export async function cancelRun(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  id: string,
  by: string,
): Promise<boolean> {
  const stored = await readStoredRun(documents, id);
  if (!stored || stored.item.endedAt) return false;
  const at = new Date(clock.now()).toISOString();
  const item: Cancellation = { id: "cancel", run: id, by, at };
  await documents.write("operations", id, [{ op: "upsert", item }]);
  const run = stored.item;
  if (run.status === "queued" && run.kind !== "pull") {
    // Where that is refused, its worker has begun: it sees the item.
    await replaceRun(documents, { ...run, status: "cancelled", endedAt: at }, stored.etag);
  }
  return true;
}

/** Throws a CancelledError where an operator wants a run to end. */
export async function heedCancellation(documents: Documents, id: string): Promise<void> {
  if (await documents.read<Cancellation>("operations", id, "cancel")) throw new CancelledError();
}
