import type { CloudEvent } from "../define/event.ts";
import type { Erasing } from "../sync/control.ts";
import type { EntityContext } from "../sync/entity-store.ts";

/**
 * Erases the personal values of an entity from its document and its audit records, as a record of its own; once,
 * however often the event is given. Rejects when the infrastructure keeps failing: the message must then come again.
 */
export async function eraseEntity(
  _event: CloudEvent,
  _erasing: Erasing,
  _context: EntityContext,
): Promise<void> {
  throw new Error("not built yet");
}
