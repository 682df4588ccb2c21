import { type StoredRecord, auditId } from "../audit/record.ts";
import type { CloudEvent } from "../define/event.ts";
import type { Documents } from "../ports.ts";

/** The audit records that events of one entity have already, by event id. */
export async function readRecords(
  documents: Documents,
  key: string,
  events: readonly CloudEvent[],
): Promise<ReadonlyMap<string, StoredRecord>> {
  const known = new Map<string, StoredRecord>();
  const read = async ({ id }: CloudEvent): Promise<void> => {
    const record = await documents.read<StoredRecord>("unified", key, auditId(id));
    if (record) known.set(id, record.item);
  };
  await Promise.all(events.map(read));
  return known;
}
