import { randomBytes } from "node:crypto";
import { shelve } from "../audit/stub.ts";
import type { DocumentDefinition } from "../define/document.ts";
import type { CloudEvent } from "../define/event.ts";
import { parseKey } from "../define/key.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { OutgoingMessage } from "../ports.ts";
import { announcementOf } from "../sync/announce.ts";
import type { Undoing } from "../sync/control.ts";
import type { EntityContext } from "../sync/entity-store.ts";
import { readRecords } from "../sync/known.ts";
import { withPatience } from "../sync/patience.ts";
import { foresee } from "./foresee.ts";
import { recordUndo } from "./undo-record.ts";

const MAX_CONFLICTS = 20;

/**
 * Takes back what a culprit did to an entity, where its values still stand, as a record of its own; once, however often
 * the event is given: a repeat is announced again. A parked entity stays parked. Rejects when the infrastructure keeps
 * failing: the message must then come again. An entity without records, or of a document that the app no longer has,
 * is left alone.
 */
export async function undoEntity(event: CloudEvent, undoing: Undoing, context: EntityContext): Promise<void> {
  const { app, ports, topic } = context;
  const { subject: key } = event;
  const document = app.documents.get(parseKey(key).entity);
  if (!document) {
    ports.log("error", `nothing is taken back of ${key}: the app has no such document`, { event: event.id });
    return;
  }
  const announcement = await withPatience(ports.log, `undoing in ${key}`, () =>
    write(event, undoing, document, context),
  );
  if (announcement) {
    await withPatience(ports.log, `announcing ${key}`, () => topic.publish([announcement]));
  }
}

/** Writes document and record, if the record is not there yet, and says what to announce. */
async function write(
  event: CloudEvent,
  undoing: Undoing,
  document: DocumentDefinition,
  context: EntityContext,
): Promise<OutgoingMessage | undefined> {
  const { ports, entities } = context;
  const { id, subject: key, cause } = event;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const known = (await readRecords(ports.documents, key, [event])).get(id);
    if (known) return announcementOf(known, undefined);
    const { state, etag, parked } = await entities.reload(key);
    if (state.sequence === 0) return undefined;
    const undo = { event: { id, cause }, culprit: undoing.culprit };
    const taken = await foresee(key, document, state, undo, context);
    const at = new Date(ports.clock.now()).toISOString();
    const salt = randomBytes(16);
    const { state: next, record } = recordUndo(state, event, taken, { undoing, document, at, salt });
    const beside = { records: [shelve(record)] };
    const result = await entities.write(key, { state: next, etag, parked }, beside, at);
    if (result.written) return announcementOf(record, next.data);
  }
  throw new ContendedError(key, MAX_CONFLICTS);
}
