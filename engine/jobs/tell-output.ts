import { setTimeout as wait } from "node:timers/promises";
import type { Output } from "./output.ts";

/** How often it is told what a job printed so far. */
const TELL_MS = 1000;

/**
 * Tells, until the signal, what a job printed so far: at most once a second, and only when there is more. `tell` says
 * whether it could take it in; what it could not is in what it is told later.
 */
export async function tellOutput(
  output: Output,
  tell: (soFar: string) => boolean,
  over: AbortSignal,
): Promise<void> {
  let told = 0;
  for (;;) {
    await wait(TELL_MS, undefined, { signal: over }).catch(() => undefined);
    if (over.aborted) return;
    if (output.bytes > told && tell(output.soFar())) told = output.bytes;
  }
}
