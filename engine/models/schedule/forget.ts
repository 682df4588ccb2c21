import type { Ports } from "../../ports.ts";
import { closeOfDeleted, closeRun } from "./end-run.ts";
import { findState } from "./state.ts";

/**
 * Forgets the schedule of a model that is being deleted, and ends the records of the run that has it; the job, if it
 * is at work, is ended when it next renews its lease. Safe to repeat. Rejects when the store fails.
 */
export async function forgetSchedule(
  ports: Pick<Ports, "documents" | "clock">,
  model: string,
): Promise<void> {
  const { documents } = ports;
  const state = (await findState(documents, model))?.state;
  if (!state) return;
  if (state.run !== null) await closeOfDeleted(ports, state.run);
  if (state.finished !== null && state.lastRun) await closeRun(ports, state.lastRun);
  await documents.write("control", state.id, [{ op: "delete", id: state.id }]);
}
