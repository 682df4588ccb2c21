import { availableParallelism } from "node:os";
import { type CollectedMessage, reasonOf } from "../engine/deliveries/collect.ts";
import { deadStep } from "../engine/sequences/runs/dead-step.ts";
import { parseStepMessage } from "../engine/sequences/runs/step-message.ts";
import { tickSequences } from "../engine/sequences/runs/tick.ts";
import { workOnStep } from "../engine/sequences/runs/work-on-step.ts";
import { turns } from "../engine/turns.ts";
import { shielded } from "./messages.ts";
import type { Services } from "./services.ts";

/** What the triggers of sequences call, free of their host. Each rejects to get its message again. */
export interface SequenceHandlers {
  /** A message of the queue `steps`. */
  step(message: unknown): Promise<void>;
  /** A message that the broker dead-lettered in that queue. */
  dead(message: CollectedMessage): Promise<void>;
  /** Starts what is due, and sees to what was left undone. */
  tick(): Promise<void>;
  /** Ends the steps of this host, and waits until what became of them is recorded. */
  end(): Promise<void>;
}

/** Makes the handlers; connections are opened at the first call. */
export function createSequenceHandlers(services: Services): SequenceHandlers {
  // Opened at once: two modules of one name are told when the app starts.
  const { log, sequences } = services;
  const shutdown = new AbortController();
  const atWork = new Set<Promise<void>>();
  // A step may have 512 MiB. A message that waits for its turn has not begun its step.
  const stepTurns = turns(Math.max(4, 2 * availableParallelism()));
  return {
    async step(message) {
      const work = shielded(services, "a step of a sequence", async () => {
        const step = parseStepMessage(message);
        if (!step) return log("error", "a message of the queue steps is about no step; it was dropped");
        await stepTurns(() => workOnStep(sequences.work, step, shutdown.signal));
      }).finally(() => atWork.delete(work));
      atWork.add(work);
      await work;
    },
    dead: (message) =>
      shielded(services, "a dead letter of steps", async () => {
        const reason = `its message was dead-lettered by the broker: ${reasonOf(message)}`;
        log("error", `a step failed: ${reason}`, { messageId: message.messageId });
        const step = parseStepMessage(message.body);
        if (step) await deadStep(sequences.work, step, reason);
      }),
    tick: () => shielded(services, "the schedule of the sequences", () => tickSequences(sequences.work)),
    async end() {
      shutdown.abort(new Error("the host shuts down"));
      await Promise.allSettled(atWork);
    },
  };
}
