import { z } from "zod";
import type { Documents } from "../ports.ts";
import { deadMessage } from "./dead-letter.ts";

/** A dead-lettered message, as the trigger on a dead-letter queue has it. */
export interface CollectedMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly sessionId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly deliveries: number;
}

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * Keeps a message that the broker dead-lettered in an integration's subscription, where operators find and replay it:
 * a dead-letter queue has no end and nobody looks into it. The same message again takes the same place. Rejects when
 * the store fails: the message then stays where it is.
 */
export async function keepDeadMessage(
  documents: Documents,
  integration: string,
  collected: CollectedMessage,
  now: number,
): Promise<void> {
  const { body, messageId, deliveries } = collected;
  const sessionId = collected.sessionId || "(no session)";
  const properties: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(collected.properties)) {
    const parsed = scalar.safeParse(value);
    if (parsed.success && !BROKERS.has(name.toLowerCase())) properties[name] = parsed.data;
  }
  const at = new Date(now).toISOString();
  const message = { body, messageId, sessionId, properties };
  const letter = deadMessage(integration, message, { reason: reasonOf(collected), deliveries, at });
  await documents.write("deliveries", letter.key, [{ op: "upsert", item: letter }]);
}

/** What the broker adds when it dead-letters: why, not what. The Functions library writes them with a small first letter. */
const BROKERS = new Set(["deadletterreason", "deadlettererrordescription"]);

/** Why the broker, or who received the message, dead-lettered it. */
export function reasonOf({ properties }: Pick<CollectedMessage, "properties">): string {
  const found = new Map(Object.entries(properties).map(([name, value]) => [name.toLowerCase(), value]));
  const parts = [...BROKERS].flatMap((name) => found.get(name) ?? []).filter((part) => part !== "");
  return parts.length === 0 ? "dead-lettered without a reason" : parts.map(String).join(": ");
}
