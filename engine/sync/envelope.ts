import { z } from "zod";
import type { CloudEvent } from "../define/event.ts";
import { controlFaults, isControl } from "./control.ts";

/** A CloudEvent as our own receivers and pulls send it; anything may stand on a queue, so it is parsed on the way in. */
const envelope: z.ZodType<CloudEvent> = z
  .object({
    specversion: z.literal("1.0"),
    id: z.string().min(1).max(128),
    source: z.string().min(1),
    type: z.string().min(1),
    subject: z
      .string()
      .regex(/^[a-z][a-z0-9-]*\|/)
      .max(128),
    time: z.iso.datetime({ precision: 3 }),
    datacontenttype: z.literal("application/json"),
    data: z.record(z.string(), z.unknown()),
    cause: z.string().min(1).max(256).exactOptional(),
    traceparent: z.string().exactOptional(),
  })
  .superRefine((event, context) => {
    for (const { path, message } of isControl(event) ? controlFaults(event) : [])
      context.addIssue({ code: "custom", path: [...path], message });
  });

/** The event in a message of the queue `events`, or what is wrong with it. */
export function parseEvent(message: unknown): z.ZodSafeParseResult<CloudEvent> {
  return envelope.safeParse(message);
}
