import type { SequenceRun } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { derivedRun } from "./derived-run.ts";
import { startSequence } from "./start-sequence.ts";

/**
 * Starts the sequences that come after a run that succeeded, each once, however often this is called. One that cannot
 * start is logged. Rejects when the store fails.
 */
export async function startFollowers(work: SequenceWork, { run, name }: SequenceRun): Promise<void> {
  for (const { name: follower, plan } of await work.book.list()) {
    if (plan.after !== name) continue;
    const started = await startSequence(work, {
      sequence: follower,
      parameters: { after_run: run },
      trigger: "after",
      runId: derivedRun("after", follower, run),
    });
    if (started.outcome === "started") continue;
    const facts = { sequence: follower, after: name, run, ...started };
    work.ports.log("error", "a sequence could not start after another one", facts);
  }
}
