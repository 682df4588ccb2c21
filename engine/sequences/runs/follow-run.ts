import { STEPS } from "../../define/topology.ts";
import { startFollowers } from "./start-followers.ts";
import { freeSlots } from "./free-slots.ts";
import { readSequenceRun, type SequenceRun } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { messageFor } from "./step-message.ts";

/**
 * Does what follows from where a run stands: sends the message of the step that is next, or, at its end, frees its slot
 * and begins what comes after it. Returns the run; undefined where there is none. Safe to repeat, by any host: each of it is
 * known by its id. Rejects when store or queue fail.
 */
export async function followRun(work: SequenceWork, id: string): Promise<SequenceRun | undefined> {
  const { ports } = work;
  const run = (await readSequenceRun(ports.documents, id))?.item;
  if (!run) return undefined;
  if (run.endedAt !== undefined) {
    await freeSlots(ports, run.name, [id]);
    if (run.status === "succeeded") await startFollowers(work, run);
    return run;
  }
  // One in line is sent by who gives it its slot; of one at work the message is on its way.
  if (run.status === "queued" || run.state.worker !== null) return run;
  await ports.queue(STEPS).send([messageFor(run)]);
  return run;
}
