import { ServiceError } from "../service-error.ts";
import { ValueReader } from "./value-reader.ts";

/** The largest message, and the largest batch, in bytes. Source: Service Bus quotas, Standard tier. */
export const MAX_MESSAGE_SIZE = 256 * 1024;

/** The message format of a batch: each data section is one encoded message. */
const BATCH_FORMAT = 0x80013700;
const DATA_SECTION = 0x75;

/** The encoded messages of one transfer. Throws ServiceError when a batch cannot be decoded. */
export function messagesOf(raw: Buffer, format: number): Buffer[] {
  if (format >>> 0 !== BATCH_FORMAT) return [raw];
  const messages: Buffer[] = [];
  const reader = new ValueReader(raw);
  try {
    while (!reader.done) {
      const start = reader.at;
      if (raw[start + 1] === 0x53 && raw[start + 2] === DATA_SECTION) {
        const data = reader.next();
        if (!Buffer.isBuffer(data)) throw new TypeError("a data section holds binary");
        messages.push(data);
      } else reader.skip();
    }
  } catch (error) {
    throw new ServiceError("amqp:decode-error", `The batch could not be decoded: ${String(error)}`);
  }
  return messages;
}
