import type { CloudEvent } from "../define/event.ts";
import { parseKey } from "../define/key.ts";
import type { Unsealed } from "./chain.ts";
import { auditId } from "./record.ts";

/** What every record says, whatever its event did. */
export type RecordBegin = Pick<
  Unsealed,
  "id" | "kind" | "key" | "entity" | "entityId" | "sequence" | "event" | "at" | "previous"
>;

/** The beginning of an entity's next record: whose it is, of which event, and its place behind the newest one. */
export function nextRecord(
  { sequence, head }: { readonly sequence: number; readonly head: string | null },
  event: CloudEvent,
  at: string,
): RecordBegin {
  const { subject: key } = event;
  const { entity, id: entityId } = parseKey(key);
  return {
    id: auditId(event.id),
    kind: "audit",
    key,
    entity,
    entityId,
    sequence: sequence + 1,
    event,
    at,
    previous: head,
  };
}
