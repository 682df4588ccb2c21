import { randomUUID } from "node:crypto";
import type { PullDefinition } from "../define/pull.ts";
import type { Ports } from "../ports.ts";
import { saveRun } from "../runs/run.ts";
import { LEASE_MS, moveCheckpoint, readCheckpoint } from "./checkpoint.ts";

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
 * does the work. Timer and operator come the same way, so that over all hosts one run at a time is at work.
 */
export async function startPull(pull: PullDefinition, ports: Ports): Promise<Started> {
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
      run,
      leaseUntil: new Date(now + LEASE_MS).toISOString(),
    });
    if (!claimed) continue;
    await saveRun(documents, {
      id: "run",
      run,
      kind: "pull",
      name: pull.name,
      status: "queued",
      progress: { done: 0, total: null, unit: "records" },
      queuedAt: new Date(now).toISOString(),
    });
    const message: PullMessage = { kind: "pull", name: pull.name, run };
    await queue("runs").send([{ body: message, sessionId: `pull|${pull.name}`, messageId: run }]);
    return { started: true, run };
  }
}
