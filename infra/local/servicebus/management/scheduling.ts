import rhea from "rhea";
import { z } from "zod";
import { ServiceError } from "../service-error.ts";
import { parseMessage } from "../wire/content.ts";
import { MAX_MESSAGE_SIZE } from "../wire/batch.ts";
import { bytes, operation, sequenceNumbers } from "./operation.ts";

const { types } = rhea;

const LONG = 0x81;

const schedule = operation(
  "schedule-message",
  z.object({ messages: z.array(z.object({ message: bytes })) }),
  (body, entity) => {
    const parsed = body.messages.map(({ message }) => parseMessage(message));
    for (const message of parsed) {
      if (message.size > MAX_MESSAGE_SIZE)
        throw new ServiceError(
          "amqp:link:message-size-exceeded",
          `The message exceeds ${MAX_MESSAGE_SIZE} bytes.`,
          400,
        );
    }
    const numbers = parsed.map((message) => entity.schedule(message, message.scheduledFor ?? Date.now()));
    return { "sequence-numbers": types.wrap_array(numbers, LONG, undefined) };
  },
);

const cancel = operation(
  "cancel-scheduled-message",
  z.object({ "sequence-numbers": sequenceNumbers }),
  (body, entity) => {
    entity.cancelScheduled(body["sequence-numbers"]);
    return {};
  },
);

/** Messages for later. */
export const SCHEDULING = [schedule, cancel];
