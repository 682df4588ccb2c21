import { setTimeout as pause } from "node:timers/promises";
import { type Condition, conditionOf, countItems, earlier, equalTo, within } from "../condition.ts";
import { CHANGES } from "../define/topology.ts";
import { parseKey } from "../define/key.ts";
import type { DocumentQuery, OutgoingMessage, Page, Ports } from "../ports.ts";
import type { Working } from "../runs/work.ts";
import { announcementFor } from "../sync/announce.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { type Again, pendingId } from "./pending.ts";

/** Which dead letters; all of them where nothing is said. */
export interface DeadLetterFilter {
  /** As the list shows them, at most 1,000. */
  readonly ids?: readonly string[] | undefined;
  readonly integration?: string | undefined;
  readonly fault?: string | undefined;
  readonly key?: string | undefined;
  /** `lastAt` from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Where a replay of dead letters stands. */
export interface ReplayState {
  /** Where the next page begins; undefined: at the beginning. */
  readonly cursor?: string;
  /** How many there were when it began. */
  readonly total: number;
  readonly failed: number;
  /** How many wait for their destination, or neither went nor failed again within two minutes. */
  readonly waiting: number;
}

const PAGE = 100;
const LOOK_MS = 250;
/** How long a page is watched. */
const WATCHED_MS = 2 * 60_000;

/** The id under which a dead letter is shown: unique over all entities. */
export function shownId({ key, id }: Pick<DeadLetter, "key" | "id">): string {
  return Buffer.from(`${key}\n${id}`).toString("base64url");
}

/** The place of a shown id; undefined where it is none. */
export function placeOf(shown: string): { key: string; id: string } | undefined {
  const [key = "", id = "", ...rest] = Buffer.from(shown, "base64url").toString().split("\n");
  return key && id.startsWith("dead-letter|") && rest.length === 0 ? { key, id } : undefined;
}

/** Lists dead letters, the latest first. */
export function listDeadLetters(
  { documents }: Pick<Ports, "documents">,
  filter: DeadLetterFilter,
  page: Pick<DocumentQuery, "limit" | "cursor">,
): Promise<Page<DeadLetter>> {
  const { text, parameters } = wanted(filter);
  return documents.query<DeadLetter>("deliveries", {
    text: `SELECT * FROM c WHERE ${text} ORDER BY c.lastAt DESC`,
    parameters,
    ...page,
  });
}

/** How many dead letters there are. */
export function countDeadLetters(
  { documents }: Pick<Ports, "documents">,
  filter: DeadLetterFilter,
): Promise<number> {
  return countItems(documents, "deliveries", wanted(filter));
}

function wanted({ ids, since, until, ...same }: DeadLetterFilter): Condition {
  const places = ids?.flatMap((id) => placeOf(id) ?? []).map(({ key, id }) => `${key}\n${id}`);
  return conditionOf(["c.kind = 'dead-letter'"], ...equalTo(same), ...within("c.lastAt", { since, until }), [
    "ARRAY_CONTAINS(@places, CONCAT(c.key, '\n', c.id))",
    places,
  ]);
}

/**
 * Sends dead letters on their way again. A refused delivery is announced to its integration alone, in its entity's
 * session, and brings the present document; its dead letter goes when that succeeds, and says so when it fails again.
 * A message of the broker is published again with its body, session and properties, under the same id, and its dead
 * letter goes then. Whatever comes twice after a crash is recognised by the watermark: it has no effect.
 */
export async function replayDeadLetters(
  { documents, topic, clock }: Ports,
  run: Working<ReplayState>,
): Promise<Record<string, unknown> | "again"> {
  const filter = run.request as DeadLetterFilter;
  // Those that fail again get a later `lastAt`, and are not met a second time.
  const begun = new Date(Date.parse(run.startedAt) + 1).toISOString();
  const standing = { ...filter, until: earlier(filter.until, begun) };
  let state: ReplayState = run.state ?? {
    total: await countDeadLetters({ documents }, standing),
    failed: 0,
    waiting: 0,
  };
  const save = async (): Promise<void> => {
    const left = await countDeadLetters({ documents }, standing);
    const { total, waiting } = state;
    await run.save({ done: Math.max(total - left + waiting, 0), total, state });
  };
  await save();
  let cursor: string | null | undefined = state.cursor;
  while (cursor !== null) {
    if (run.spent()) return "again";
    const page: Page<DeadLetter> = await listDeadLetters({ documents }, standing, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const again = { run: run.id, since: run.startedAt };
    await topic(CHANGES).publish(page.items.map((letter) => messageOf(letter, again)));
    for (const { key, id, origin } of page.items) {
      if (origin === "broker") await documents.write("deliveries", key, [{ op: "delete", id }]);
    }
    const fates = await watch(documents, page.items, clock.now() + WATCHED_MS);
    cursor = page.next;
    state = {
      total: state.total,
      failed: state.failed + fates.failed,
      waiting: state.waiting + fates.waiting,
      ...(cursor === null ? {} : { cursor }),
    };
    await save();
  }
  const { total, failed, waiting } = state;
  return { replayed: total, gone: Math.max(total - failed - waiting, 0), failed, waiting };
}

function messageOf(letter: DeadLetter, again: Again): OutgoingMessage {
  const { key, integration, message, version = 0, eventId = "" } = letter;
  if (!message) {
    const { entity, id } = parseKey(key);
    return announcementFor(integration, { key, entity, id, version, eventId }, again);
  }
  const { body, sessionId, messageId, properties } = message;
  return { body, sessionId, messageId, properties: { ...properties, only: integration } };
}

/** Waits until each letter is gone, has failed again or waits for its destination, as long as `until`. */
async function watch(
  documents: Ports["documents"],
  letters: readonly DeadLetter[],
  until: number,
): Promise<{ failed: number; waiting: number }> {
  let failed = 0;
  let waiting = 0;
  let open = [...letters];
  while (open.length > 0) {
    const still: DeadLetter[] = [];
    for (const letter of open) {
      const stored = await documents.read<DeadLetter>("deliveries", letter.key, letter.id);
      if (!stored) continue;
      if (stored.item.lastAt > letter.lastAt) failed += 1;
      else if (await waits(documents, letter)) waiting += 1;
      else still.push(letter);
    }
    open = still;
    if (open.length === 0 || Date.now() > until) break;
    await pause(LOOK_MS);
  }
  return { failed, waiting: waiting + open.length };
}

async function waits(documents: Ports["documents"], { key, integration }: DeadLetter): Promise<boolean> {
  return (await documents.read("deliveries", key, pendingId(integration))) !== undefined;
}
