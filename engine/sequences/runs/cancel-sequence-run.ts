import type { Documents, Ports } from "../../ports.ts";
import { type Cancellation, cancelRun } from "../../runs/cancel.ts";
import { afterCancel } from "./after-step.ts";
import { freeSlots } from "./free-slots.ts";
import { moveRun } from "./move-run.ts";

/**
 * Has a run of a sequence end as cancelled: at once where no step of it is at work, else within a beat of its worker.
 * False where it has ended already, or there is none. Rejects when store or queue fail; safe to repeat.
 */
export async function cancelSequenceRun(ports: Ports, id: string, by: string): Promise<boolean> {
  if (!(await cancelRun(ports, id, by))) return false;
  const run = await moveRun(ports, id, (held, now) =>
    held.run.state.worker === null ? afterCancel(held, cancelledBy(by), now) : undefined,
  );
  if (run?.endedAt !== undefined) await freeSlots(ports, run.name, [id]);
  return true;
}

/** Why a run is to end; undefined where nobody wants it to. */
export async function reasonToCancel(documents: Documents, id: string): Promise<string | undefined> {
  const stored = await documents.read<Cancellation>("operations", id, "cancel");
  return stored && cancelledBy(stored.item.by);
}

function cancelledBy(by: string): string {
  return `it was cancelled by ${by}`;
}
