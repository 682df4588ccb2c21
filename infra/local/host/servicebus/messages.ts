import type { Broker } from "./broker.ts";
import type { ReceivedMessage, ReceiveLink } from "./receive-link.ts";
import type { Receiving } from "./sessions.ts";

/** What it takes to receive from an entity without sessions. Durations are milliseconds. */
export interface MessageOptions {
  maxConcurrentCalls: number;
  /** Messages fetched ahead of the calls that run. */
  prefetchCount: number;
  maxAutoLockRenewalMs: number;
  /** Handles one message and settles it; never rejects. */
  handle: (received: ReceivedMessage) => Promise<void>;
  warn: (message: string) => void;
}

interface Lock {
  received: ReceivedMessage;
  receivedAt: number;
  lockMs: number;
  lockedUntil: number;
}

/**
 * Receives messages without sessions, up to `maxConcurrentCalls` at once. The lock of each is renewed until
 * it is settled, for up to `maxAutoLockRenewalMs`.
 */
export function receiveMessages(broker: Broker, options: MessageOptions): Receiving {
  const waiting: Lock[] = [];
  const locks = new Set<Lock>();
  let running = 0;
  let stopped = false;
  let link: ReceiveLink | undefined;
  let retry: NodeJS.Timeout | undefined;
  const tick = setInterval(renewWhenDue, 250);
  void broker.lost.then(() => {
    stopped = true;
    clearInterval(tick);
    clearTimeout(retry);
  });
  attach(250);
  return {
    stop() {
      stopped = true;
      clearTimeout(retry);
      link?.drain();
      for (const lock of waiting.splice(0)) lock.received.abandon();
      if (running === 0) link?.close();
    },
  };

  function attach(pauseMs: number): void {
    link = broker.attach(undefined, {
      opened: () => link?.credit(options.maxConcurrentCalls + options.prefetchCount, false),
      message(received) {
        if (stopped) return received.abandon();
        const receivedAt = Date.now();
        const annotation = received.message.message_annotations?.["x-opt-locked-until"] as
          Date | number | undefined;
        const lockedUntil = new Date(annotation ?? receivedAt + 60_000).getTime();
        waiting.push({ received, receivedAt, lockedUntil, lockMs: Math.max(1, lockedUntil - receivedAt) });
        next();
      },
      drained: () => {},
      unsettled: (reason) => options.warn(`a message could not be settled and comes again: ${reason}`),
      closed(condition, description) {
        if (stopped) return;
        options.warn(`${condition ?? "closed"}: ${description ?? ""}`);
        waiting.length = 0;
        retry = setTimeout(() => attach(Math.min(pauseMs * 2, 5000)), pauseMs);
      },
    });
  }

  function next(): void {
    while (running < options.maxConcurrentCalls) {
      const lock = waiting.shift();
      if (lock === undefined) return;
      void run(lock);
    }
  }

  async function run(lock: Lock): Promise<void> {
    running++;
    locks.add(lock);
    await options.handle(lock.received);
    locks.delete(lock);
    running--;
    if (!stopped) {
      link?.credit(1, false);
      next();
    } else if (running === 0) link?.close();
  }

  function renewWhenDue(): void {
    const now = Date.now();
    const due = [...locks].filter(
      (lock) =>
        lock.lockedUntil - now < lock.lockMs / 2 && now - lock.receivedAt < options.maxAutoLockRenewalMs,
    );
    if (due.length === 0) return;
    for (const lock of due) lock.lockedUntil = now + lock.lockMs;
    broker
      .renewMessages(due.map((lock) => lock.received.tag))
      .catch((error: Error) => options.warn(`message locks could not be renewed: ${error.message}`));
  }
}
