import type { CloudEvent, Observation } from "../../define/event.ts";
import type { ImportDefinition, RowOrigin } from "../../define/import.ts";
import type { Ports } from "../../ports.ts";
import { eventsOfRecord, type RecordReading, refuseRecord } from "../../pulls/page.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Made } from "../../sync/quarantine.ts";
import type { DatasetRow } from "./rows.ts";
import { sendRows, type SentRows } from "./send-rows.ts";

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
): Promise<SentRows> {
  const { dataset } = definition;
  const now = ports.clock.now();
  return sendRows(
    rows,
    ({ row, cells }) => {
      const context = { now, cause: `import/${dataset}/${run}/${row}` };
      return eventsOfRow(definition, { cells, row, loadedAt }, context, settings);
    },
    async ({ row, cells }, issues) => {
      await refuseRecord(cells, issues, { via: "import", name: dataset, row: { row, loadedAt } }, ports);
    },
    ports,
  );
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
