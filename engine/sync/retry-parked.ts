import { setTimeout as pause } from "node:timers/promises";
import { earlier } from "../condition.ts";
import { EVENTS } from "../define/topology.ts";
import type { Documents, Ports } from "../ports.ts";
import type { Working } from "../runs/work.ts";
import { retryEvent } from "./control.ts";
import { loadEntity } from "./entity.ts";
import { messageOf } from "./identify.ts";
import { countParked, listParked, type ParkedFilter } from "./parked-list.ts";

/** What a retry of several asks for: these entities, or those of a filter. */
export interface RetryRequest extends ParkedFilter {
  readonly keys?: readonly string[] | undefined;
}

/** An entity whose line was asked to be tried again, and when it had been parked by then. */
interface Open {
  readonly key: string;
  readonly at: string;
}

/** What a retry came to. */
interface Counts {
  /** Their line is empty. */
  readonly drained: number;
  /** An event of the line failed, again or another one. */
  readonly failed: number;
  /** Neither within ten minutes: their events are still on the queue. */
  readonly waiting: number;
}

/** Where a retry stands. */
export interface RetryState extends Counts {
  /** Where the next page begins: a cursor of the list, or a place among the keys. Null after the last page. */
  readonly next: string | null;
  /** Those of the page that were asked and have not come to an end, and until when they are waited for. */
  readonly open: readonly Open[];
  readonly until: number;
}

const PAGE = 100;
const LOOK_MS = 100;
const MOST_LOOK_MS = 5_000;
/** How long a page is watched, in milliseconds. */
const WATCHED_MS = 10 * 60_000;
const NOTHING: RetryState = { drained: 0, failed: 0, waiting: 0, next: "", open: [], until: 0 };

/**
 * Has parked entities tried again, page by page: sends each a control event, in its own session, and waits until its
 * line is empty or failed again. Those that fail again have a later time than the start of the run, and are not met a
 * second time. What is sent twice after a crash has no effect the second time.
 */
export async function retryParked(
  { documents, queue, clock }: Ports,
  run: Working<RetryState>,
): Promise<Record<string, unknown> | "again"> {
  const request = run.request as RetryRequest;
  let state = run.state ?? NOTHING;
  const total = run.state ? undefined : await countAsked(documents, request);
  const save = async (change: Partial<RetryState>): Promise<void> => {
    state = { ...state, ...change };
    const { drained, failed, waiting } = state;
    const done = drained + failed + waiting;
    await run.save({
      done,
      state,
      result: { drained, failed, waiting },
      ...(total === undefined ? {} : { total }),
    });
  };
  for (;;) {
    for (let look = LOOK_MS; state.open.length > 0; look = Math.min(look * 2, MOST_LOOK_MS)) {
      await save(await lookAfter(documents, state, clock.now()));
      if (state.open.length === 0) break;
      if (run.spent()) return "again";
      await pause(look);
    }
    if (state.next === null) break;
    if (run.spent()) return "again";
    const page = await pageOf(documents, request, run.startedAt, state.next);
    const time = new Date(clock.now()).toISOString();
    const messages = page.open.map(({ key }) => messageOf(retryEvent(key, run.id, time)));
    if (messages.length > 0) await queue(EVENTS).send(messages);
    await save({ ...page, until: clock.now() + WATCHED_MS });
  }
  const { drained, failed, waiting } = state;
  return { drained, failed, waiting };
}

function countAsked(documents: Documents, { keys, ...filter }: RetryRequest): Promise<number> | number {
  return keys ? keys.length : countParked(documents, filter);
}

/** The entities of a page that are parked, and where the next one begins. */
async function pageOf(
  documents: Documents,
  { keys, ...filter }: RetryRequest,
  startedAt: string,
  from: string,
): Promise<Pick<RetryState, "open" | "next">> {
  if (keys) {
    const end = Number(from) + PAGE;
    const entities = await Promise.all(
      keys.slice(Number(from), end).map(async (key) => ({ key, ...(await loadEntity(documents, key)) })),
    );
    const open = entities.flatMap(({ key, parked }) => (parked ? [{ key, at: parked.at }] : []));
    return { open, next: end < keys.length ? String(end) : null };
  }
  const standing = { ...filter, until: earlier(filter.until, startedAt) };
  const page = await listParked(documents, standing, "ASC", {
    limit: PAGE,
    ...(from === "" ? {} : { cursor: from }),
  });
  return { open: page.items.map(({ key, parked }) => ({ key, at: parked.at })), next: page.next };
}

/** What became of those that are open; after their time, they wait. */
async function lookAfter(documents: Documents, state: RetryState, now: number): Promise<Partial<RetryState>> {
  let { drained, failed, waiting } = state;
  const open: Open[] = [];
  for (const each of state.open) {
    const { parked } = await loadEntity(documents, each.key);
    // A new time without an operator's event behind it: drained, and parked anew since.
    if (!parked || (parked.at !== each.at && parked.by === undefined)) drained += 1;
    else if (parked.at !== each.at) failed += 1;
    else if (now >= state.until) waiting += 1;
    else open.push(each);
  }
  return { drained, failed, waiting, open };
}
