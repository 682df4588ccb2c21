import type { Item, Ports } from "../../ports.ts";

/** How often the models' timer ticks. */
export const TICK_MS = 15_000;

/** When the models' timer ticked last, on whatever host: item `heartbeat|models` of `control`. */
interface Heartbeat extends Item {
  readonly kind: "heartbeat";
  readonly at: string;
}

const ID = "heartbeat|models";

/** Milliseconds since the last tick; null where there never was one. Rejects when the store fails. */
export async function tickAge({
  documents,
  clock,
}: Pick<Ports, "documents" | "clock">): Promise<number | null> {
  const last = await documents.read<Heartbeat>("control", ID, ID);
  return last ? Math.max(0, clock.now() - Date.parse(last.item.at)) : null;
}

/** Whether ticks stay away: none ever, or none for two periods (in milliseconds). */
export function isTickLate(age: number | null, periodMs: number = TICK_MS): boolean {
  return age === null || age > 2 * periodMs;
}

/** Records a tick, and warns where those before it stayed away. Rejects when the store fails. */
export async function recordTick(
  ports: Pick<Ports, "documents" | "clock" | "log">,
  periodMs: number = TICK_MS,
): Promise<void> {
  const gapMs = await tickAge(ports);
  if (gapMs !== null && isTickLate(gapMs, periodMs)) {
    ports.log("warn", "the timer of the business models did not tick for a while", { gapMs, periodMs });
  }
  const item: Heartbeat = { id: ID, kind: "heartbeat", at: new Date(ports.clock.now()).toISOString() };
  await ports.documents.write("control", ID, [{ op: "upsert", item }]);
}
