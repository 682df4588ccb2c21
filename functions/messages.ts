import { createHash } from "node:crypto";
import { type CollectedMessage, reasonOf } from "../engine/deliveries/collect.ts";
import type { CloudEvent, PullDefinition } from "../engine/define/index.ts";
import { CHANGES, EVENTS, RUNS } from "../engine/define/topology.ts";
import { startPull } from "../engine/pulls/start.ts";
import { endRun } from "../engine/runs/run.ts";
import { parseRunMessage } from "../engine/runs/start.ts";
import { createProcessor, type Processor } from "../engine/sync/process.ts";
import { quarantine } from "../engine/sync/quarantine.ts";
import { takeEvent } from "../engine/sync/take-event.ts";
import { ruleHash } from "./rule-hash.ts";
import type { Services } from "./services.ts";
import { work } from "./workers.ts";

/**
 * What the triggers call, free of their host. Each resolves when the message is done with, and rejects to get it
 * again: with a plain Error that shows no secret.
 */
export interface MessageHandlers {
  /** A message of the queue `events`. */
  event(message: unknown): Promise<void>;
  /** A message of the queue `runs`. */
  run(message: unknown): Promise<void>;
  /** A message that the broker dead-lettered in one of our queues. */
  dead(queue: string, message: CollectedMessage): Promise<void>;
  /** A pull's timer. */
  timer(pull: PullDefinition): Promise<void>;
}

/**
 * Does the work of a trigger. The host logs the message and the stack of what a trigger rejects with, and knows no
 * secrets: so a failure is logged here, redacted, and the host is told its redacted message alone.
 */
export async function shielded<T>(
  { log, settings }: Services,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log("error", `${what} failed`, { error: message, stack });
    // oxlint-disable-next-line preserve-caught-error -- the cause is what the host must not log
    throw new Error(settings.redact(message));
  }
}

/** Makes the handlers; connections are opened at the first message. */
export function createMessageHandlers(services: Services): MessageHandlers {
  const { app, log } = services;
  let made: Processor | undefined;
  const processor = (): Processor =>
    (made ??= createProcessor(app, services.ports, services.ports.topic(CHANGES), ruleHash));

  /** Has the work done that the event in a message wants; what is no event goes to quarantine. */
  const take = async (message: unknown, work: (event: CloudEvent) => Promise<void>): Promise<void> => {
    const issues = await takeEvent(message, services.ports, services.ports.topic(CHANGES), work);
    if (issues.length === 0) return;
    log("error", "a message of the queue events is no event; it is in quarantine", {
      issues: issues.length,
    });
    const body = Buffer.from(JSON.stringify(message) ?? "null");
    const deliveryId = createHash("sha256").update(body).digest("hex");
    const at = new Date(services.ports.clock.now()).toISOString();
    await quarantine(services.ports.documents, {
      via: "queue",
      name: "events",
      deliveryId,
      at,
      issues,
      body,
    });
  };

  const handlers: MessageHandlers = {
    event: (message) => take(message, (event) => processor().process([event])),

    async run(message) {
      const run = parseRunMessage(message);
      if (run) return work(services, run);
      log("error", "a message of the queue runs is about no run; it was dropped");
    },

    async dead(queue, message) {
      const reason = `dead-lettered by the broker: ${reasonOf(message)}`;
      log("error", `a message of the queue ${queue} was ${reason}`, { messageId: message.messageId });
      if (queue === EVENTS) {
        return take(message.body, (event) => processor().park(event, reason));
      }
      const run = queue === RUNS ? parseRunMessage(message.body) : undefined;
      if (run) {
        const { documents, clock } = services.ports;
        const endedAt = new Date(clock.now()).toISOString();
        await endRun(documents, run.run, {
          status: "failed",
          error: reason,
          endedAt,
        });
      }
      // A wakeup is planned anew every few minutes.
    },

    async timer(pull) {
      const { started, run } = await startPull(pull, services.ports);
      if (!started) log("info", `pull ${pull.name} is still at work`, { run });
    },
  };
  return {
    event: (message) => shielded(services, "an event", () => handlers.event(message)),
    run: (message) => shielded(services, "a run", () => handlers.run(message)),
    dead: (queue, message) =>
      shielded(services, `a dead letter of ${queue}`, () => handlers.dead(queue, message)),
    timer: (pull) => shielded(services, `the timer of pull ${pull.name}`, () => handlers.timer(pull)),
  };
}
