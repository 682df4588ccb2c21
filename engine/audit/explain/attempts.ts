import type { Documents } from "../../ports.ts";
import type { ExplainedAttempt } from "./deliveries.ts";
import { readSome, type Some } from "../../read-pages.ts";

const MEMBERS =
  "c.integration, c.eventId, c.status, c.version, c.attempt, c.at, c.durationMs, c.error, c.reason, c.run";

/** Most attempts for one event that are shown, those of all integrations together. */
const MOST_ATTEMPTS = 200;

/** An attempt with its integration. */
export type AttemptAt = ExplainedAttempt & { readonly integration: string };

/** The attempts to deliver the version that an event made, of all integrations, the first one first. */
export function attemptsFor(documents: Documents, key: string, eventId: string): Promise<Some<AttemptAt>> {
  const query = {
    text: `SELECT ${MEMBERS} FROM c WHERE c.kind = 'delivery' AND c.eventId = @eventId ORDER BY c.at`,
    parameters: { eventId },
    partition: key,
  };
  return readSome(documents, "deliveries", query, MOST_ATTEMPTS);
}

/** The first attempt that brought an integration a version or a newer one; undefined where none is recorded. */
export async function firstToBring(
  documents: Documents,
  key: string,
  integration: string,
  version: number,
): Promise<AttemptAt | undefined> {
  const query = {
    text: `SELECT ${MEMBERS} FROM c WHERE c.kind = 'delivery' AND c.integration = @integration
      AND c.status IN ('delivered', 'ignored') AND c.version >= @version ORDER BY c.at`,
    parameters: { integration, version },
    partition: key,
  };
  return (await readSome<AttemptAt>(documents, "deliveries", query, 1)).items[0];
}
