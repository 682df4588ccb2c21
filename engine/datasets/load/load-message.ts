import { z } from "zod";

/** In how many sessions the parts of one load travel, and so how many are loaded at a time. */
const LANES = 4;

const loadMessage = z.object({
  run: z.string().min(1).max(64),
  part: z.int().positive(),
  records: z.int().positive(),
  firstRecord: z.int().positive(),
  firstLine: z.int().positive(),
});

/** What travels on the queue `loads`: a part of a load, whose bytes are in its blob. */
export type LoadMessage = z.infer<typeof loadMessage>;

/** The part that a message of the queue is about; undefined for what is none. */
export function parseLoadMessage(message: unknown): LoadMessage | undefined {
  return loadMessage.safeParse(message).data;
}

/** The session of a part. */
export function laneOf(run: string, part: number): string {
  return `${run}|${part % LANES}`;
}
