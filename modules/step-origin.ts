import type { Ports } from "../engine/ports.ts";
import { readRun } from "../engine/runs/run.ts";

/** Which step of which run a module is at work on, as far as that can be told. */
export interface StepOrigin {
  readonly run: string;
  /** The sequence; the run's id where the run is not on record. */
  readonly sequence: string;
  readonly step: string;
  /** Who started the run; `sequence:<name>` where that was a trigger. */
  readonly actor: string;
}

/** Tells it from the key of idempotency, `<run>:<step>`, and the run's record. Rejects when the store fails. */
export async function stepOriginOf(
  { documents }: Pick<Ports, "documents">,
  idempotencyKey: string,
): Promise<StepOrigin> {
  const at = idempotencyKey.lastIndexOf(":");
  const run = at < 0 ? idempotencyKey : idempotencyKey.slice(0, at);
  const step = at < 0 ? "0" : idempotencyKey.slice(at + 1);
  const known = await readRun(documents, run);
  const sequence = known?.kind === "sequence" ? known.name : run;
  return { run, sequence, step, actor: known?.actor ?? `sequence:${sequence}` };
}
