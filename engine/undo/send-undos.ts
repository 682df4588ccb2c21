import { setTimeout as pause } from "node:timers/promises";
import { auditId, type StoredRecord } from "../audit/record.ts";
import type { AppDefinition } from "../define/app.ts";
import type { DocumentDefinition } from "../define/document.ts";
import { parseKey } from "../define/key.ts";
import type { Documents } from "../ports.ts";
import type { Working } from "../runs/work.ts";
import { undoEvent } from "../sync/control.ts";
import { sendEvents } from "../sync/send-events.ts";
import { counting } from "./counts.ts";
import { keysAfter } from "./keys.ts";
import type { SendingState, Tally, UndoRequest, UndoState, UndoWork } from "./undo-state.ts";

const PAGE = 100;
const LOOK_MS = 100;
const MOST_LOOK_MS = 5_000;
/** How long a page is watched, in milliseconds. */
const WATCHED_MS = 10 * 60_000;
const NOTHING: Tally = { fields: {}, refused: {}, waiting: 0, unknown: 0 };

/** Has each entity undone in its own session, page by page, and tells from their records what came of it. */
export async function sendUndos(
  { app, ports }: UndoWork,
  request: UndoRequest,
  run: Working<UndoState>,
  begun: UndoState,
): Promise<Record<string, unknown> | "again"> {
  const { documents, clock } = ports;
  let state = { tally: NOTHING, open: [], until: 0, ...begun } as UndoState & SendingState;
  const save = async (change: Partial<UndoState & SendingState>): Promise<void> => {
    state = { ...state, ...change };
    await run.save({ done: countOf(state.tally), state, result: { ...state.tally } });
  };
  for (;;) {
    for (let look = LOOK_MS; state.open.length > 0; look = Math.min(look * 2, MOST_LOOK_MS)) {
      await save(await lookAfter(documents, app, state, clock.now()));
      if (state.open.length === 0) break;
      if (run.spent()) return "again";
      await pause(look);
    }
    if (run.spent()) return "again";
    const keys = await keysAfter(documents, request, state.after, PAGE);
    if (keys.length === 0) return { ...state.tally };
    const known = keys.filter((key) => app.documents.has(parseKey(key).entity));
    const { culprit, reason } = request;
    const undoing = { culprit, reason, run: run.id, actor: run.actor };
    const events = known.map((key) => undoEvent(key, undoing, run.startedAt));
    await sendEvents(events, ports);
    await save({
      after: keys.at(-1) ?? state.after,
      open: events.map(({ subject, id }) => [subject, id] as const),
      until: clock.now() + WATCHED_MS,
      tally: { ...state.tally, unknown: state.tally.unknown + keys.length - known.length },
    });
  }
}

/** What became of those that are open; after their time, they wait. */
async function lookAfter(
  documents: Documents,
  app: AppDefinition,
  { tally, open, until }: SendingState,
  now: number,
): Promise<Partial<SendingState>> {
  let counted: Tally = tally;
  const left: [string, string][] = [];
  for (const [key, eventId] of open) {
    const stored = await documents.read<StoredRecord>("unified", key, auditId(eventId));
    if (stored) counted = withRecord(counted, stored.item, app.documents.get(parseKey(key).entity));
    else if (now >= until) counted = { ...counted, waiting: counted.waiting + 1 };
    else left.push([key, eventId]);
  }
  return { tally: counted, open: left };
}

function withRecord(
  tally: Tally,
  { outcome, changes, refused = [] }: StoredRecord,
  document: DocumentDefinition | undefined,
): Tally {
  return {
    ...tally,
    [outcome]: (tally[outcome] ?? 0) + 1,
    fields: counting(tally.fields, changes, document),
    refused: counting(tally.refused, refused, document),
  };
}

/** How many entities were counted. */
function countOf({ fields: _fields, refused: _refused, ...entities }: Tally): number {
  return Object.values(entities).reduce((sum, each) => sum + each, 0);
}
