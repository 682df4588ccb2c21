import type { Broker } from "./broker.ts";
import type { ReceivedMessage, ReceiveLink } from "./receive-link.ts";
import type { Receiving } from "./sessions.ts";

/** What it takes to receive in batches. Durations are milliseconds. */
export interface BatchOptions {
  sessions: boolean;
  maxMessageBatchSize: number;
  /** How long a session is kept after a receive that found nothing begins. */
  sessionIdleMs: number;
  /** Handles one batch and settles it; never rejects. */
  handle: (batch: ReceivedMessage[]) => Promise<void>;
  warn: (message: string) => void;
}

/**
 * Receives in batches, one at a time, as the extension of Azure Functions does: `maxConcurrentSessions` has
 * no effect, a session is kept until a receive comes back empty, and no lock is renewed.
 */
export function receiveBatches(broker: Broker, options: BatchOptions): Receiving {
  const state = { stopped: false };
  let current: ReceiveLink | undefined;
  let wake: (() => void) | undefined;
  void broker.lost.then(stop);
  void loop();
  return { stop };

  function stop(): void {
    state.stopped = true;
    wake?.();
  }

  async function loop(): Promise<void> {
    let pauseMs = 250;
    while (!state.stopped) {
      const problem = await receiveFromLink();
      if (problem === undefined) pauseMs = 250;
      else if (!state.stopped) {
        options.warn(problem);
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, pauseMs);
        });
        pauseMs = Math.min(pauseMs * 2, 5000);
      }
    }
  }

  /** Receives until the link closes, or its session is empty. Resolves with what went wrong, if anything. */
  async function receiveFromLink(): Promise<string | undefined> {
    let problem: string | undefined;
    const ended = { closed: false };
    let batch: ReceivedMessage[] = [];
    let ready = Promise.withResolvers<void>();
    wake = () => ready.resolve();
    const link = broker.attach(options.sessions ? 60_000 : undefined, {
      opened: () => ready.resolve(),
      message(received) {
        batch.push(received);
        // The first message ends the wait; what else is there comes before the broker says it has no more.
        if (batch.length === 1) link.drain();
        if (batch.length === options.maxMessageBatchSize) ready.resolve();
      },
      drained: () => ready.resolve(),
      unsettled: (reason) => options.warn(`a message could not be settled and comes again: ${reason}`),
      closed(condition, description) {
        ended.closed = true;
        if (condition !== undefined && condition !== "com.microsoft:timeout")
          problem = `${condition}: ${description ?? ""}`;
        ready.resolve();
      },
    });
    current = link;
    await ready.promise;
    while (!ended.closed && !state.stopped) {
      batch = [];
      ready = Promise.withResolvers<void>();
      link.credit(options.maxMessageBatchSize, false);
      const timer = options.sessions ? setTimeout(() => link.drain(), options.sessionIdleMs) : undefined;
      await ready.promise;
      clearTimeout(timer);
      if (batch.length > 0 && !ended.closed) await options.handle(batch);
      else if (options.sessions || ended.closed) break;
    }
    current.close();
    return problem;
  }
}
