import type { RegisteredFunction } from "../core.ts";
import type { ServiceBusOptions } from "../host-json.ts";
import type { Invoker, TriggerInput } from "../invocation.ts";
import { triggerOf } from "../invocation.ts";
import type { Log } from "../log.ts";
import { errorText } from "../log.ts";
import { connectionString, resolveNames } from "../settings.ts";
import { receiveBatches } from "./batches.ts";
import type { Broker } from "./broker.ts";
import { connectBroker } from "./broker.ts";
import { parseConnectionString } from "./endpoint.ts";
import { receiveMessages } from "./messages.ts";
import type { ReceivedMessage } from "./receive-link.ts";
import type { Receiving } from "./sessions.ts";
import { receiveSessions } from "./sessions.ts";
import { inputOfMany, inputOfOne } from "./trigger-input.ts";

const longestPauseMs = 2000;
// The more of them, the more sessions of one message each pass in the time of a round trip.
const accepts = 16;

/** A Service Bus function that receives. */
export interface RunningTrigger {
  /** Takes no more messages; those that run are finished and settled. */
  stop(): void;
  /** Closes the connection, when what was settled has reached the broker. */
  close(): Promise<void>;
}

/**
 * Starts a function on a queue or subscription. Success completes a message and failure abandons it; where
 * the broker is away, it is sought again for ever, with pauses of up to 2 s, and one line in the log.
 * Throws when the trigger names a missing setting or its connection string makes no sense.
 */
export function startServiceBusTrigger(
  target: RegisteredFunction,
  invoker: Invoker,
  hostOptions: ServiceBusOptions,
  log: Log,
): RunningTrigger {
  const trigger = triggerOf(target);
  const name = target.metadata.name;
  const setting = (option: string): string => {
    const value = trigger[option];
    if (typeof value !== "string" || value === "") throw new Error(`its trigger has no ${option}`);
    return resolveNames(value);
  };
  const entity =
    trigger["queueName"] === undefined
      ? `${setting("topicName")}/Subscriptions/${setting("subscriptionName")}`
      : setting("queueName");
  const connection = trigger["connection"];
  const endpoint = parseConnectionString(
    connectionString(typeof connection === "string" ? connection : undefined),
  );
  const binary = trigger["dataType"] === "binary";
  const many = String(trigger["cardinality"]).toLowerCase() === "many";
  const sessions = trigger["isSessionsEnabled"] === true;
  const autoComplete =
    typeof trigger["autoCompleteMessages"] === "boolean"
      ? trigger["autoCompleteMessages"]
      : hostOptions.autoCompleteMessages;
  const warn = (message: string): void => log("warning", name, `${entity}: ${message}`);
  let broker: Broker | undefined;
  let receiving: Receiving | undefined;
  const state = { stopped: false };
  let wake: (() => void) | undefined;
  void keepConnected();
  return {
    stop() {
      state.stopped = true;
      receiving?.stop();
      wake?.();
    },
    async close() {
      await broker?.close();
    },
  };

  async function keepConnected(): Promise<void> {
    let pauseMs = 100;
    let away = false;
    while (!state.stopped) {
      let reason: string;
      try {
        broker = await connectBroker(endpoint, entity);
        if (away) log("warning", name, `${entity}: the broker is back`);
        away = false;
        pauseMs = 100;
        if (!state.stopped) receiving = receive(broker);
        else await broker.close();
        reason = await broker.lost;
      } catch (error) {
        reason = (error as Error).message;
      }
      if (state.stopped) return;
      if (!away) warn(`the broker is away, trying again until it is back (${reason})`);
      away = true;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pauseMs);
      });
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  function receive(connected: Broker): Receiving {
    if (many) return receiveBatches(connected, { ...hostOptions, sessions, handle: handleMany, warn });
    const options = { ...hostOptions, handle: handleOne, warn, accepts };
    return sessions ? receiveSessions(connected, options) : receiveMessages(connected, options);
  }

  function handleOne(received: ReceivedMessage): Promise<void> {
    return handle(() => inputOfOne(received, binary), [received]);
  }

  function handleMany(batch: ReceivedMessage[]): Promise<void> {
    return handle(() => inputOfMany(batch, binary), batch);
  }

  async function handle(input: () => TriggerInput, messages: ReceivedMessage[]): Promise<void> {
    try {
      await invoker.invoke(target, input());
      if (autoComplete) for (const message of messages) message.complete();
    } catch (error) {
      log("error", name, errorText(error));
      for (const message of messages) message.abandon();
    }
  }
}
