import type { CloudEvent, Observation } from "../../define/event.ts";
import type { ImportDefinition, RowOrigin } from "../../define/import.ts";
import type { Ports } from "../../ports.ts";
import { eventsOfRecord, type RecordReading, refuseRecord } from "../../pulls/page.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Made } from "../../sync/quarantine.ts";
import { sendEvents } from "../../sync/send-events.ts";
import { unrecorded } from "./recorded.ts";
import type { DatasetRow } from "./rows.ts";

/** What a page of rows came to. */
export interface ImportedPage {
  /** Sent to the queue. */
  readonly events: number;
  /** Events that had been taken in before, or that a row before said already: they would have no effect. */
  readonly repeats: number;
  /** Rows that no event could be made of. */
  readonly quarantined: number;
}

/** Where rows come from: the import, the run that is at work, and when their file was loaded. */
export interface ImportingPage {
  readonly definition: ImportDefinition;
  readonly run: string;
  readonly loadedAt: string;
}

/**
 * Sends the events of a page of rows; a row that no event can be made of goes to quarantine, and the others go on.
 * Rejects when blobs, store or queue fail, and with a MissingSettingError or an InvalidSettingError.
 */
export async function importPage(
  { definition, run, loadedAt }: ImportingPage,
  rows: readonly DatasetRow[],
  ports: Ports,
  settings: Settings,
): Promise<ImportedPage> {
  const { dataset } = definition;
  const now = ports.clock.now();
  const made = new Map<string, CloudEvent>();
  let [all, quarantined] = [0, 0];
  for (const { row, cells } of rows) {
    const context = { now, cause: `import/${dataset}/${run}/${row}` };
    const read = eventsOfRow(definition, { cells, row, loadedAt }, context, settings);
    if ("issues" in read) {
      const from = { via: "import", name: dataset, row: { row, loadedAt } } as const;
      await refuseRecord(cells, read.issues, from, ports);
      quarantined += 1;
      continue;
    }
    all += read.value.length;
    for (const event of read.value) if (!made.has(event.id)) made.set(event.id, event);
  }
  const fresh = await unrecorded([...made.values()], ports.documents);
  await sendEvents(fresh, ports);
  return { events: fresh.length, repeats: all - fresh.length, quarantined };
}

/** The events that an import makes of a row, or why there are none. Throws on a fault of settings or definitions. */
export function eventsOfRow(
  { source, row: record, events }: ImportDefinition,
  { cells, ...origin }: RowOrigin & { readonly cells: unknown },
  context: { readonly now: number; readonly cause: string },
  settings: Settings,
): Made<readonly CloudEvent[]> {
  const ofRow = events as (row: unknown, origin: RowOrigin) => readonly Observation[];
  const reading: RecordReading = { source, record, events: (row) => ofRow(row, origin) };
  return eventsOfRecord(reading, cells, context, settings);
}
