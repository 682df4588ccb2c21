import { pointedAt, withPointed } from "../../engine/audit/pointer.ts";
import { type AuditRecord, auditId } from "../../engine/audit/record.ts";
import { seal } from "../../engine/audit/chain.ts";
import type { CloudEvent } from "../../engine/define/index.ts";
import type { EntityState } from "../../engine/sync/fold.ts";
import { type Change } from "../../engine/sync/resolve.ts";
import { pathSegments, withValue } from "../../engine/sync/paths.ts";
import { minute, person } from "../unit/sync/shop.ts";

/** A chain and the state that it comes to. */
export interface Chain {
  readonly state: EntityState;
  readonly records: readonly AuditRecord[];
}

/** A chain after one more record, of an operator's event that no rule decides. */
export function decided(
  { state, records }: Chain,
  event: CloudEvent,
  changes: readonly Change[],
  reason: string,
): Chain {
  const last = records.at(-1);
  if (!last) throw new Error("an empty chain");
  const record = seal(
    {
      id: auditId(event.id),
      kind: "audit",
      key: last.key,
      entity: last.entity,
      entityId: last.entityId,
      sequence: last.sequence + 1,
      version: last.version + 1,
      outcome: "updated",
      reason,
      rule: { name: "(operator)", hash: "" },
      event,
      changes,
      at: minute(601),
      previous: last.hash,
    },
    { personal: [], about: person },
    new Uint8Array(16).fill(9),
  );
  let { data } = state;
  for (const { path, new: value } of changes) data = withValue(data, pathSegments(path), value);
  const { version, sequence, hash: head } = record;
  return { state: { ...state, data, version, sequence, head }, records: [...records, record] };
}

/** A record whose personal values, and their salt, an erasure took. */
export function stripped(record: AuditRecord): AuditRecord {
  const { commitments } = record.personal;
  let left: unknown = record;
  for (const pointer of Object.keys(commitments)) {
    if (pointedAt(left, pointer) !== undefined) left = withPointed(left, pointer, undefined);
  }
  return JSON.parse(JSON.stringify({ ...(left as AuditRecord), personal: { commitments } })) as AuditRecord;
}
