import { setTimeout as wait } from "node:timers/promises";
import { hurry } from "./precedence.ts";
import type { JobProcesses } from "./processes.ts";

/** How long what was killed may take to go: it may have to finish what the kernel does for it. */
const PATIENCE_MS = 30_000;

/** Kills processes until none is left. Rejects when one is after 30 seconds. */
export async function endAll(processes: JobProcesses): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const inTime = (): void => {
    if (performance.now() < deadline) return;
    throw new Error(`processes of a job do not end: ${processes.alive().join(", ")}`);
  };
  while (!processes.kill()) {
    inTime();
    await wait(1);
  }
  for (let left = processes.alive(); left.length > 0; left = processes.alive()) {
    inTime();
    hurry(left);
    await wait(10);
  }
}
