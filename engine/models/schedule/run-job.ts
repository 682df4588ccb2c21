import type { RunMessage } from "../../runs/start.ts";
import { withPatience } from "../../sync/patience.ts";
import { readModel } from "../model.ts";
import { closeStray, decideEnd, settleEnd } from "./end-run.ts";
import { endOf } from "./execution.ts";
import { executeRun } from "./execute-run.ts";
import type { JobWork } from "./job-work.ts";
import { startNext } from "./start-next.ts";
import { findState } from "./state.ts";

/**
 * Does what a message about a run of kind `job` asks for: runs the model's job for the run's window, under a lease that
 * it renews, and records how it ended. A message that comes again goes on from what is recorded; one whose run has
 * ended, lost its model or is at work elsewhere does nothing. An abort of `shutdown` ends the job; its window is then
 * due again at once. Rejects when store, blobs or server fail for minutes: the message must come again.
 */
export async function runJob(
  work: JobWork,
  message: Pick<RunMessage, "name" | "run">,
  shutdown: AbortSignal,
): Promise<void> {
  const { ports } = work;
  const { documents, log } = ports;
  const { name, run } = message;
  const patiently = <T>(what: string, doing: () => Promise<T>): Promise<T> =>
    withPatience(log, `${what} of model ${name}`, doing);

  const model = (
    await patiently("reading the definition", () => readModel(documents, name, { deleted: true }))
  )?.item;
  const state = (await patiently("reading the state", () => findState(documents, name)))?.state;
  if (state?.run === run) {
    const execution = await executeRun(work, { run, name, model, state }, shutdown);
    if (!execution) return;
    const counts = await patiently("deciding on a run", () =>
      decideEnd(ports, name, model, endOf(execution)),
    );
    // Another run took over: who ended this one tells so.
    if (!counts) return;
  } else if (state?.finished !== run) {
    return patiently("closing a stray run", () => closeStray(ports, run));
  }
  await patiently("telling the end of a run", async () => {
    const ended = (await findState(documents, name))?.state;
    if (ended?.finished === run) await settleEnd(work, name, model, ended);
  });
  // What is behind follows at once.
  if (model) await startNext(ports, model);
}
