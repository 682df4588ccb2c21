import type { CloudEvent } from "../define/event.ts";
import type { Undoing } from "../sync/control.ts";
import type { EntityContext } from "../sync/entity-store.ts";

/**
 * Takes back what a culprit did to an entity, where its values still stand, as a record of its own; once, however often
 * the event is given. Rejects when the infrastructure keeps failing: the message must then come again.
 */
export async function undoEntity(
  _event: CloudEvent,
  _undoing: Undoing,
  _context: EntityContext,
): Promise<void> {
  throw new Error("not built yet");
}
