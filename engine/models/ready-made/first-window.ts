import type { Container, Documents } from "../../ports.ts";

/**
 * Where the first window of a ready-made model begins unless it is said: when the oldest item that it copies was written,
 * or at `least`; now where there is none. Milliseconds since 1970. Rejects when the store fails.
 */
export async function beginningOfRecords(
  documents: Pick<Documents, "query">,
  { least, now }: { readonly least: number; readonly now: number },
): Promise<number> {
  const oldest = await Promise.all([oldestIn(documents, "unified"), oldestIn(documents, "deliveries")]);
  const known = oldest.filter((time) => time !== undefined);
  return Math.max(least, Math.min(now, ...known));
}

async function oldestIn(
  documents: Pick<Documents, "query">,
  container: Container,
): Promise<number | undefined> {
  const text = "SELECT c._ts FROM c ORDER BY c._ts";
  const [first] = (await documents.query<{ readonly _ts: number }>(container, { text, limit: 1 })).items;
  return first && first._ts * 1_000;
}
