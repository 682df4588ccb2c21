import { STEPS } from "../../define/topology.ts";
import type { Ports } from "../../ports.ts";
import { moveRun } from "./move-run.ts";
import { readSequenceRun, type SequenceRun } from "./sequence-run.ts";
import { messageFor } from "./step-message.ts";

/**
 * Sends the first message of a run that may begin, unless that is known to have been done. Answers whether the run has
 * ended, or never was: then it needs no slot. Safe to repeat. Rejects when store or queue fail.
 */
export async function sendFirst(
  ports: Pick<Ports, "documents" | "queue" | "clock">,
  id: string,
): Promise<"sent" | "ended"> {
  const run = (await readSequenceRun(ports.documents, id))?.item;
  if (!run || run.endedAt !== undefined) return "ended";
  if (!isUnsent(run)) return "sent";
  await ports.queue(STEPS).send([messageFor(run)]);
  await moveRun(ports, id, (held) => (isUnsent(held.run) ? { run: staged(held.run, "sent") } : undefined));
  return "sent";
}

/** Records that a run waits for a slot, unless it has one by now. */
export async function markWaiting(ports: Pick<Ports, "documents" | "clock">, id: string): Promise<void> {
  await moveRun(ports, id, ({ run }) =>
    run.state.stage === "new" ? { run: staged(run, "waiting") } : undefined,
  );
}

function isUnsent({ status, state }: SequenceRun): boolean {
  return status === "queued" && state.stage !== "sent";
}

function staged(run: SequenceRun, stage: SequenceRun["state"]["stage"]): SequenceRun {
  return { ...run, state: { ...run.state, stage } };
}
