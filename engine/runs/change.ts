import { ContendedError } from "../errors/contended-error.ts";
import type { Ports } from "../ports.ts";
import { readStoredRun, replaceRun, type Run } from "./run.ts";

/** How often a change is made anew on what somebody else wrote meanwhile. */
const TRIES = 20;

/**
 * Alters a run that has not ended, whoever else writes it at the same time: `change` is called again with what they
 * wrote. Returns the run as it was written; undefined where it has ended, or there is none.
 */
export async function changeRun(
  { documents }: Pick<Ports, "documents">,
  id: string,
  change: (run: Run) => Run,
): Promise<Run | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await readStoredRun(documents, id);
    if (!stored || stored.item.endedAt !== undefined) return undefined;
    const run = change(stored.item);
    if (await replaceRun(documents, run, stored.etag)) return run;
  }
  throw new ContendedError(`the run ${id}`, TRIES);
}

/** Records a run that is at work from now on, without a message: whoever begins it does its work. */
export async function beginRun(
  ports: Pick<Ports, "documents" | "clock">,
  work: Required<Pick<Run, "run" | "kind" | "name" | "request" | "actor">> & { readonly unit: string },
): Promise<void> {
  const { unit, ...what } = work;
  const at = new Date(ports.clock.now()).toISOString();
  const progress = { done: 0, total: null, unit };
  const item: Run = { id: "run", ...what, status: "running", progress, queuedAt: at, startedAt: at };
  const { written } = await ports.documents.write("operations", what.run, [{ op: "create", item }]);
  if (written) return;
  await changeRun(ports, what.run, (run) => ({ ...run, status: "running", startedAt: run.startedAt ?? at }));
}
