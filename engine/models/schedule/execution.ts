import { ContendedError } from "../../errors/contended-error.ts";
import type { Documents, Item } from "../../ports.ts";
import type { EndedRun } from "./state.ts";

/**
 * The history's record of a run: item `execution` of its partition in `operations`. The job's end is written here
 * before it counts; what counts is what the model's state says, and this is brought into line with it.
 */
export interface Execution extends Item, EndedRun {
  readonly id: "execution";
  readonly kind: "execution";
  readonly model: string;
  /** Partition key. */
  readonly run: string;
  /** What the job printed, redacted: its head and its tail, 64 KiB in all. */
  readonly output: string;
}

/** How often a record is written anew over what somebody else wrote meanwhile. */
const TRIES = 5;

/** The record of a run that ended. */
export function executionOf(model: string, ended: EndedRun, output = ""): Execution {
  return { ...ended, id: "execution", kind: "execution", model, run: ended.id, output };
}

/** How the run of a record ended. */
export function endOf({ run, kind: _kind, model: _model, output: _output, ...rest }: Execution): EndedRun {
  return { ...rest, id: run };
}

/** Reads a run's record; undefined while its job has not ended. */
export async function readExecution(documents: Documents, run: string): Promise<Execution | undefined> {
  return (await documents.read<Execution>("operations", run, "execution"))?.item;
}

/** Keeps the record of a run, unless it has one: then that one stands, and is returned. */
export async function keepExecution(documents: Documents, execution: Execution): Promise<Execution> {
  const { run } = execution;
  const result = await documents.write("operations", run, [{ op: "create", item: execution }]);
  return result.written ? execution : ((await readExecution(documents, run)) ?? execution);
}

/** Brings the record of a run into line with how it ended for the model: a run that was given up did not succeed. */
export async function correctExecution(documents: Documents, model: string, ended: EndedRun): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await documents.read<Execution>("operations", ended.id, "execution");
    if (stored?.item.status === ended.status) return;
    const item = executionOf(model, ended, stored?.item.output);
    const result = await documents.write("operations", ended.id, [
      stored ? { op: "replace", item, etag: stored.etag } : { op: "create", item },
    ]);
    if (result.written) return;
  }
  throw new ContendedError(`the execution ${ended.id}`, TRIES);
}
