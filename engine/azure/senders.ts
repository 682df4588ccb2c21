import type {
  ServiceBusClient,
  ServiceBusMessage,
  ServiceBusMessageBatch,
  ServiceBusSender,
} from "@azure/service-bus";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage, Queue, Topic } from "../ports.ts";

interface Waiting {
  readonly message: ServiceBusMessage;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Queue and topic on Azure Service Bus. What is handed over while a send is under way travels together in the next
 * batch: one send at a time keeps the order of each session, and many small callers cost few round trips.
 */
export function serviceBusSender(client: ServiceBusClient, entity: string): Queue & Topic {
  const sender = client.createSender(entity);
  let waiting: Waiting[] = [];
  let pumping = false;

  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    try {
      while (waiting.length > 0) {
        const taken = waiting;
        waiting = [];
        await sendAll(sender, taken);
      }
    } finally {
      pumping = false;
    }
  };

  const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    const all = messages.map(
      (message) =>
        new Promise<void>((sent, failed) => {
          waiting.push({ message: toServiceBus(message), sent, failed });
        }),
    );
    // The pump never rejects: each message's own promise tells of its fate.
    void pump();
    await Promise.all(all);
  };
  return { send, publish: send };
}

async function sendAll(sender: ServiceBusSender, all: readonly Waiting[]): Promise<void> {
  let rest = all;
  while (rest.length > 0) {
    let fitting: Waiting[] = [];
    try {
      const batch = await sender.createMessageBatch();
      fitting = fill(batch, rest);
      if (fitting.length === 0) {
        rest[0]?.failed(
          new TooLargeError(`a message is larger than the ${batch.maxSizeInBytes} bytes a batch takes`),
        );
        rest = rest.slice(1);
        continue;
      }
      await sender.sendMessages(batch);
      for (const { sent } of fitting) sent();
    } catch (error) {
      if (fitting.length === 0) fitting = [...rest];
      for (const { failed } of fitting) failed(error);
    }
    rest = rest.slice(fitting.length);
  }
}

function fill(batch: ServiceBusMessageBatch, messages: readonly Waiting[]): Waiting[] {
  const fitting: Waiting[] = [];
  for (const waiting of messages) {
    if (!batch.tryAddMessage(waiting.message)) break;
    fitting.push(waiting);
  }
  return fitting;
}

function toServiceBus({
  body,
  sessionId,
  messageId,
  properties,
  notBefore,
}: OutgoingMessage): ServiceBusMessage {
  return {
    body,
    sessionId,
    messageId,
    contentType: "application/json",
    ...(properties ? { applicationProperties: { ...properties } } : {}),
    ...(notBefore === undefined ? {} : { scheduledEnqueueTimeUtc: new Date(notBefore) }),
  };
}
