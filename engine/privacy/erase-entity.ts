import { type Unsealed } from "../audit/chain.ts";
import { nextRecord } from "../audit/next-record.ts";
import { auditId, type StoredRecord } from "../audit/record.ts";
import { shelve } from "../audit/stub.ts";
import type { CloudEvent } from "../define/event.ts";
import { parseKey } from "../define/key.ts";
import { EVENTS } from "../define/topology.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { OutgoingMessage } from "../ports.ts";
import { announcementOf } from "../sync/announce.ts";
import type { Erasing } from "../sync/control.ts";
import type { EntityState } from "../sync/fold.ts";
import type { LoadedEntity } from "../sync/entity.ts";
import type { EntityContext } from "../sync/entity-store.ts";
import { messageOf } from "../sync/identify.ts";
import { withPatience } from "../sync/patience.ts";
import { eraseDocument } from "./erase-document.ts";
import { eraseLine, MAX_STEP } from "./erase-line.ts";
import { sealErased } from "./erase-record.ts";
import { BY_ERASURE, ERASER, erasedBy } from "./erased.ts";

const MAX_CONFLICTS = 20;
/** How long one message empties a line; a longer one goes on with the next message, far within the host's limit. */
const SLICE_MS = 2 * 60_000;

/** What a step came to; announcements: of the erasure, which is written. */
type Step = "taken" | "conflict" | "too large" | readonly OutgoingMessage[];

/**
 * Erases the personal values of an entity, in its session: what waits in line leaves it without effect; then the
 * document loses its personal values, under an audit record of its own that is born without them; then that is
 * announced. The records before it are erased afterwards, by the run that wants it all. Once, however often the event
 * is given. Rejects when the infrastructure keeps failing: the message must then come again.
 */
export async function eraseEntity(
  event: CloudEvent,
  erasing: Erasing,
  context: EntityContext,
): Promise<void> {
  const { ports, topic } = context;
  const { subject: key } = event;
  const begun = ports.clock.now();
  let fitting = MAX_STEP;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS;) {
    const step = await withPatience(ports.log, `erasing ${key}`, () =>
      takeStep(event, erasing, context, fitting),
    );
    if (step === "conflict") conflicts += 1;
    else if (step === "too large") fitting = Math.max(Math.floor(fitting / 4), 1);
    else if (step === "taken") {
      conflicts = 0;
      fitting = MAX_STEP;
      if (ports.clock.now() - begun < SLICE_MS) continue;
      const messageId = `${event.id}#${ports.clock.now()}`;
      return ports.queue(EVENTS).send([{ ...messageOf(event), messageId }]);
    } else {
      if (step.length > 0) await withPatience(ports.log, `announcing ${key}`, () => topic.publish(step));
      return;
    }
  }
  throw new ContendedError(key, MAX_CONFLICTS);
}

async function takeStep(
  event: CloudEvent,
  erasing: Erasing,
  context: EntityContext,
  fitting: number,
): Promise<Step> {
  const { ports, entities, app } = context;
  const { subject: key } = event;
  const entity = await entities.reload(key);
  const known = await ports.documents.read<StoredRecord>("unified", key, auditId(event.id));
  // Announced again: the host that wrote it may have died before it did.
  if (known) return announcementsOf(known.item, undefined);
  const { parked } = entity;
  if (parked) return eraseLine(context, erasing, { ...entity, parked }, key, fitting);
  const at = new Date(ports.clock.now()).toISOString();
  const { state, record } = erasedState(entity, event, erasing, app.documents.get(parseKey(key).entity), at);
  const after: LoadedEntity = { ...entity, state };
  const result = await entities.write(key, after, { records: [shelve(record)] }, at);
  return result.written ? announcementsOf(record, state.data) : "conflict";
}

/** The entity after its erasure, and the record of that. */
function erasedState(
  { state: before }: LoadedEntity,
  event: CloudEvent,
  erasing: Erasing,
  definition: Parameters<typeof eraseDocument>[1],
  at: string,
): { state: EntityState; record: ReturnType<typeof sealErased> } {
  const { data, observed, changes } = eraseDocument(before, definition, { time: at, source: ERASER });
  const outcome = changes.length === 0 ? "unchanged" : data === undefined ? "removed" : "updated";
  const unsealed: Unsealed = {
    ...nextRecord(before, event, at),
    version: before.version + (changes.length > 0 ? 1 : 0),
    outcome,
    reason: erasedBy(erasing),
    rule: BY_ERASURE,
    changes,
  };
  const about = { personal: definition?.personal ?? [[]] };
  // The event is an operator's, and holds nothing of the entity.
  const record = sealErased(unsealed, { personal: [], about });
  const { version, sequence, hash: head } = record;
  return { state: { data, version, sequence, head, observed, erased: { at } }, record };
}

function announcementsOf(record: StoredRecord, data: unknown): readonly OutgoingMessage[] {
  const announcement = announcementOf(record, data);
  return announcement ? [announcement] : [];
}
