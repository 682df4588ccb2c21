import { randomUUID } from "node:crypto";
import { z } from "zod";
import { RUNS } from "../define/topology.ts";
import type { Ports } from "../ports.ts";
import { endRun, type Run, RUN_KINDS, saveRun } from "./run.ts";

/** What travels on the queue `runs`. */
export interface RunMessage {
  readonly kind: Run["kind"];
  readonly name: string;
  readonly run: string;
}

const runMessage = z.object({ kind: z.enum(RUN_KINDS), name: z.string(), run: z.string().min(1).max(100) });

/** The run that a message of the queue `runs` is about; undefined for what is none: anything may stand on a queue. */
export function parseRunMessage(message: unknown): RunMessage | undefined {
  return runMessage.safeParse(message).data;
}

/**
 * Starts a piece of long work: records the run and sends it to the queue `runs`, in the session `<kind>|<name>`, so
 * that of one kind and name one is at work at a time, in the order of their start. Returns the run's id. Rejects when
 * store or queue fail.
 */
export async function startRun(
  { documents, queue, clock }: Ports,
  work: Required<Pick<Run, "kind" | "name" | "request" | "actor">> & { readonly unit: string },
): Promise<string> {
  const { unit, ...what } = work;
  const run = randomUUID();
  const at = new Date(clock.now()).toISOString();
  const progress = { done: 0, total: null, unit };
  await saveRun(documents, { id: "run", run, ...what, status: "queued", progress, queuedAt: at });
  const body: RunMessage = { kind: what.kind, name: what.name, run };
  try {
    await queue(RUNS).send([{ body, sessionId: `${what.kind}|${what.name}`, messageId: run }]);
  } catch (error) {
    const end = { status: "failed", error: "the queue did not take it", endedAt: at } as const;
    // Where the store fails too, the run stays queued: it says no less than is known.
    await endRun(documents, run, end).catch(() => {});
    throw error;
  }
  return run;
}
