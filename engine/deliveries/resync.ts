import { setTimeout as pause } from "node:timers/promises";
import { type Condition, conditionOf, countItems, equalTo, within } from "../condition.ts";
import { CHANGES } from "../define/topology.ts";
import type { IntegrationDefinition } from "../define/integration.ts";
import type { Ports } from "../ports.ts";
import type { Working } from "../runs/work.ts";
import { announcementFor } from "../sync/announce.ts";
import type { DocumentItem } from "../sync/entity.ts";

/** Which entities a resync delivers; all of the integration's document where nothing is said. */
export interface ResyncRequest {
  /** Ids of entities, at most 1,000. */
  readonly ids?: readonly string[] | undefined;
  /** Documents that were last written from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Where a resync stands. */
export interface ResyncState {
  readonly cursor: string | null;
  readonly announced: number;
}

const PAGE = 200;
/** So many may be announced and not done: more would make live deliveries wait behind them. */
const MOST_AT_WORK = 400;
/** Between two looks at how far it is: each counts in all partitions. */
const SHORT_LOOK_MS = 50;
const LONG_LOOK_MS = 2_000;
/** How long nothing may move: longer than a round of attempts takes that a destination asks to be slow. */
const STALLED_MS = 4 * 60_000;

/**
 * Delivers the present documents to a destination even if it has those versions: each is announced to this integration
 * alone, in its entity's session, so that none overtakes a live delivery. Documents of removed entities remove them
 * again where the destination had them. What was delivered since the run began is not sent again. Done when each was
 * delivered, ignored or refused, or waits for a destination that takes nothing now.
 */
export async function resync(
  integration: IntegrationDefinition,
  { documents, topic }: Ports,
  run: Working<ResyncState>,
): Promise<Record<string, unknown> | "again"> {
  const { name } = integration;
  const again = { run: run.id, since: run.startedAt };
  const query = documentsOf(integration, run.request as ResyncRequest);
  const total = await countItems(documents, "unified", query);
  let state = run.state ?? { cursor: null, announced: 0 };
  const look: Look = async () => {
    const standing = await standingOf(documents, name, run.id);
    await run.save({
      done: standing.done,
      total,
      state,
      result: { ...standing, announced: state.announced },
    });
    return { announced: state.announced, ...standing };
  };
  let more = run.state === undefined || run.state.cursor !== null;
  while (more) {
    if (run.spent()) return "again";
    const page = await documents.query<DocumentItem>("unified", {
      ...query,
      text: `SELECT c.key, c.entity, c.entityId, c.version FROM c WHERE ${query.text}`,
      limit: PAGE,
      ...(state.cursor === null ? {} : { cursor: state.cursor }),
    });
    const messages = page.items.map(({ key, entity, entityId: id, version }) =>
      announcementFor(name, { key, entity, id, version, eventId: `resync:${run.id}` }, again),
    );
    await topic(CHANGES).publish(messages);
    state = { cursor: page.next, announced: state.announced + messages.length };
    more = page.next !== null;
    await untilFew(run, look);
  }
  return untilSettled(run, look);
}

type Look = () => Promise<{ announced: number; done: number; waiting: number }>;

/** Looks until few enough are at work for another page, or nothing moves any more. */
async function untilFew(run: Working<ResyncState>, look: Look): Promise<void> {
  let [most, moved] = [0, Date.now()];
  for (let waitMs = SHORT_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONG_LOOK_MS)) {
    const { announced, done, waiting } = await look();
    if (announced - done - waiting <= MOST_AT_WORK || run.spent()) return;
    if (done + waiting > most) [most, moved] = [done + waiting, Date.now()];
    else if (Date.now() - moved > STALLED_MS) return;
    await pause(waitMs);
  }
}

/**
 * Looks until all that was announced is done or waits. Ends where nothing moves any more, too: another run that wants
 * the same entities takes them over, and `open` counts what this one did not see the end of.
 */
async function untilSettled(
  run: Working<ResyncState>,
  look: Look,
): Promise<Record<string, unknown> | "again"> {
  let moved = Date.now();
  let last = "";
  for (let waitMs = SHORT_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONG_LOOK_MS)) {
    const standing = await look();
    const open = standing.announced - standing.done - standing.waiting;
    if (open <= 0) return standing;
    if (run.spent()) return "again";
    const now = JSON.stringify(standing);
    if (now !== last) moved = Date.now();
    last = now;
    if (Date.now() - moved > STALLED_MS) return { ...standing, open };
    await pause(waitMs);
  }
}

/** How many documents a resync would deliver. */
export function countResync(
  integration: IntegrationDefinition,
  request: ResyncRequest,
  { documents }: Ports,
): Promise<number> {
  return countItems(documents, "unified", documentsOf(integration, request));
}

/** The condition of a query for the documents; those that no event ever gave a version are none yet. */
function documentsOf({ on }: IntegrationDefinition, { ids, since, until }: ResyncRequest): Condition {
  return conditionOf(
    ["c.kind = 'document'", "c.version > 0"],
    ["c.entity = @entity", on.name],
    ["ARRAY_CONTAINS(@ids, c.entityId)", ids],
    ...within("c.at", { since, until }),
  );
}

/** How many of a run's entities are done with, and how many wait for their destination. */
async function standingOf(
  documents: Ports["documents"],
  integration: string,
  run: string,
): Promise<{ done: number; waiting: number }> {
  const numberOf = (kind: string, again: string): Promise<number> =>
    countItems(documents, "deliveries", conditionOf([], ...equalTo({ kind, integration }), [again, run]));
  const [done, waiting] = await Promise.all([
    numberOf("watermark", "ARRAY_CONTAINS(c.again, @run)"),
    numberOf("pending", "c.again.run = @run"),
  ]);
  return { done, waiting };
}
