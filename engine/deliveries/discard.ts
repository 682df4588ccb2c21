import type { Ports, Write } from "../ports.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { type DeadLetterFilter, listDeadLetters } from "./replay.ts";
import { type Watermark, watermarkId } from "./watermark.ts";

const PAGE = 100;

/**
 * Takes dead letters off the list without sending them: their destination stays as it is until the entity changes
 * again. Returns how many went; one that failed again or was cured meanwhile stays or is gone by itself.
 */
export async function discardDeadLetters(
  { documents }: Pick<Ports, "documents">,
  filter: DeadLetterFilter,
): Promise<number> {
  let discarded = 0;
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const more = cursor === undefined ? {} : { cursor };
    const page = await listDeadLetters({ documents }, filter, { limit: PAGE, ...more });
    for (const letter of page.items) if (await discard(documents, letter)) discarded += 1;
    cursor = page.next;
  }
  return discarded;
}

async function discard(
  documents: Ports["documents"],
  { key, id, origin, integration, lastAt }: DeadLetter,
): Promise<boolean> {
  const writes: Write[] = [{ op: "delete", id }];
  if (origin === "delivery") {
    const mark = await documents.read<Watermark>("deliveries", key, watermarkId(integration));
    const letter = await documents.read<DeadLetter>("deliveries", key, id);
    if (!mark || letter?.item.lastAt !== lastAt) return false;
    const { deadLetter: _over, ...rest } = mark.item;
    writes.push({ op: "replace", item: rest, etag: mark.etag });
  }
  return (await documents.write("deliveries", key, writes)).written;
}
