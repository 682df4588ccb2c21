import { randomUUID } from "node:crypto";
import type { PullDefinition } from "../define/pull.ts";
import type { Ports } from "../ports.ts";
import { endRun, saveRun } from "../runs/run.ts";
import {
  BETWEEN_WALKS,
  type HeldCheckpoint,
  LEASE_MS,
  moveCheckpoint,
  readCheckpoint,
} from "./checkpoint.ts";

/** A pull was started, or the run that holds its lease. */
export interface Started {
  readonly started: boolean;
  readonly run: string;
}

/** What travels on the queue `runs`. */
export interface PullMessage {
  readonly kind: "pull";
  readonly name: string;
  readonly run: string;
}

/**
 * Starts a pull, unless one runs: claims its lease, records the run and sends it to the queue `runs`, whose worker
 * does the work. Timer and operator come the same way, so that over all hosts one run at a time is at work. A run
 * whose lease expired is ended as failed. `actor` is the name of the token, absent for a timer. Rejects when store or queue fail; then the lease is freed, if that can be.
 */
export async function startPull(pull: PullDefinition, ports: Ports, actor?: string): Promise<Started> {
  const { documents, clock, queue } = ports;
  for (;;) {
    const held = await readCheckpoint(documents, pull.name);
    const { run: holder, leaseUntil } = held.checkpoint;
    const now = clock.now();
    if (holder !== null && leaseUntil !== null && Date.parse(leaseUntil) > now) {
      return { started: false, run: holder };
    }
    const run = randomUUID();
    const claimed = await moveCheckpoint(documents, held, {
      ...BETWEEN_WALKS,
      run,
      leaseUntil: new Date(now + LEASE_MS).toISOString(),
    });
    if (!claimed) continue;
    const at = new Date(now).toISOString();
    const message: PullMessage = { kind: "pull", name: pull.name, run };
    try {
      if (holder !== null) {
        const error = `its host went away; run ${run} took over`;
        await endRun(documents, holder, { status: "failed", endedAt: at, error });
      }
      await saveRun(documents, {
        id: "run",
        run,
        kind: "pull",
        name: pull.name,
        status: "queued",
        progress: { done: 0, total: null, unit: "records" },
        queuedAt: at,
        ...(actor === undefined ? {} : { actor }),
      });
      await queue("runs").send([{ body: message, sessionId: `pull|${pull.name}`, messageId: run }]);
    } catch (error) {
      // What cannot be undone now, the end of the lease mends.
      await undo(ports, claimed, run).catch(() => {});
      throw error;
    }
    return { started: true, run };
  }
}

/** Frees the lease and ends the run, unless the message arrived after all and a worker has moved on. */
async function undo({ documents, clock }: Ports, claimed: HeldCheckpoint, run: string): Promise<void> {
  if (!(await moveCheckpoint(documents, claimed, BETWEEN_WALKS))) return;
  const error = "it could not be started: store or queue did not take it";
  await endRun(documents, run, { status: "failed", endedAt: new Date(clock.now()).toISOString(), error });
}
