import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import { CHANGES } from "../define/topology.ts";
import type { Ports, Stored } from "../ports.ts";
import { eventsOfRow } from "../datasets/import/page.ts";
import { eventsOfRecord } from "../pulls/page.ts";
import { eventsOfRefused } from "../sequences/emit/events-of-emitted.ts";
import type { Settings } from "../settings/settings.ts";
import { sizeFault } from "./claim.ts";
import { eventsOf } from "./identify.ts";
import { openEvent } from "./open-event.ts";
import { type Issue, type Made, PREFIX, type QuarantineItem, shorten, tryToMake } from "./quarantine.ts";
import { observe } from "./receive.ts";
import { sendEvents } from "./send-events.ts";

/** What replaying needs. */
export interface ReplayContext {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
  /** The run that replays; it tells the messages from those that were sent before. */
  readonly run: string;
}

/** What became of an input that was replayed. */
export type Replayed =
  | { readonly status: "replayed"; readonly ids: readonly string[] }
  | { readonly status: "refused"; readonly issues: readonly Issue[] };

/**
 * Sends an input in quarantine the way it came, through what the app is today, with the same event ids, so that what
 * was taken in before has no effect again. On success it leaves quarantine; otherwise it stays, with what is wrong with
 * it today and the number of attempts. Rejects when blobs, store or queue fail.
 */
export async function replayQuarantined(
  { item, etag }: Stored<QuarantineItem>,
  context: ReplayContext,
): Promise<Replayed> {
  const { documents, clock } = context.ports;
  const made = await eventsAgain(item, context);
  if ("value" in made) {
    await sendEvents(made.value, context.ports, { suffix: context.run });
    await documents.write("control", item.id, [{ op: "delete", id: item.id }]);
    return { status: "replayed", ids: made.value.map(({ id }) => id) };
  }
  const issues = shorten(made.issues);
  const triedAt = new Date(clock.now()).toISOString();
  const tried: QuarantineItem = { ...item, issues, attempts: (item.attempts ?? 0) + 1, triedAt };
  // Where the etag is no longer the stored one, the same input has just come again: what that said is newer.
  await documents.write("control", item.id, [{ op: "replace", item: tried, etag }]);
  return { status: "refused", issues };
}

async function eventsAgain(
  item: QuarantineItem,
  context: ReplayContext,
): Promise<Made<readonly CloudEvent[]>> {
  const { payload, via } = item;
  if (payload.truncated) {
    const message = "only the beginning of it was kept; have its source send it again, then discard it";
    return { issues: [{ path: "", message }] };
  }
  const body = Buffer.from(payload.body, payload.encoding);
  const events = await (via === "queue"
    ? eventsOfMessage(body, context)
    : blame(() => WAYS[via](item, body, context)));
  if ("issues" in events) return events;
  const oversize = events.value.flatMap((event) => sizeFault(event) ?? []);
  return oversize.length > 0 ? { issues: oversize.map((message) => ({ path: "", message })) } : events;
}

function ofReceiver(
  { id, name, deliveryId }: QuarantineItem,
  body: Uint8Array,
  { app, ports, settings }: ReplayContext,
): Made<readonly CloudEvent[]> {
  const receiver = app.receivers.find((known) => known.name === name);
  if (!receiver) return missing(`receiver "${name}"`);
  const observed = observe(receiver, body, ports.clock.now(), app);
  if ("issues" in observed) return observed;
  const origin = { source: receiver.source, deliveryId, cause: causeOf(id) };
  return tryToMake(() => eventsOf(observed.value, origin, settings));
}

function ofPull(
  { id, name }: QuarantineItem,
  body: Uint8Array,
  { app, ports, settings }: ReplayContext,
): Made<readonly CloudEvent[]> {
  const pull = app.pulls.find((known) => known.name === name);
  if (!pull) return missing(`pull "${name}"`);
  const record = tryToMake((): unknown => JSON.parse(Buffer.from(body).toString()));
  if ("issues" in record) return record;
  return eventsOfRecord(pull, record.value, { now: ports.clock.now(), cause: causeOf(id) }, settings);
}

function ofImport(
  { id, name, at, row = { row: 0, loadedAt: at } }: QuarantineItem,
  body: Uint8Array,
  { app, ports, settings }: ReplayContext,
): Made<readonly CloudEvent[]> {
  const definition = app.imports.find((known) => known.dataset === name);
  if (!definition) return missing(`import of the dataset "${name}"`);
  const cells = tryToMake((): unknown => JSON.parse(Buffer.from(body).toString()));
  if ("issues" in cells) return cells;
  return eventsOfRow(
    definition,
    { cells: cells.value, ...row },
    { now: ports.clock.now(), cause: causeOf(id) },
    settings,
  );
}

function ofSequence(
  { id, at, row = { row: 0, loadedAt: at } }: QuarantineItem,
  body: Uint8Array,
  { app, ports, settings }: ReplayContext,
): Made<readonly CloudEvent[]> {
  const record = tryToMake((): unknown => JSON.parse(Buffer.from(body).toString()));
  if ("issues" in record) return record;
  const context = { now: ports.clock.now(), cause: causeOf(id) };
  return eventsOfRefused(record.value, row, app, context, settings);
}

async function eventsOfMessage(
  body: Uint8Array,
  { ports }: ReplayContext,
): Promise<Made<readonly CloudEvent[]>> {
  const message = tryToMake((): unknown => JSON.parse(Buffer.from(body).toString()));
  if ("issues" in message) return message;
  const opened = await openEvent(message.value, ports);
  if ("issues" in opened) return opened;
  if ("event" in opened) return { value: [opened.event] };
  if (opened.known.length > 0) await ports.topic(CHANGES).publish(opened.known);
  return { value: [] };
}

const WAYS = { receiver: ofReceiver, pull: ofPull, import: ofImport, sequence: ofSequence };

/** What an event says that came out of quarantine: the path of its input in the API. */
function causeOf(id: string): string {
  return `quarantine/${id.slice(PREFIX.length)}`;
}

function missing(what: string): Made<never> {
  return { issues: [{ path: "", message: `the app has no ${what} any more` }] };
}

/** Here a fault of settings or definitions is as good a reason as any: the input stays, and a later replay may do. */
function blame<T>(make: () => Made<T>): Made<T> {
  try {
    return make();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { issues: [{ path: "", message }] };
  }
}
