import { sendRows, type SentRows } from "../../datasets/import/send-rows.ts";
import type { AppDefinition } from "../../define/app.ts";
import type { Ports } from "../../ports.ts";
import { refuseRecord } from "../../pulls/page.ts";
import type { Settings } from "../../settings/settings.ts";
import type { EmittedRecord, Emission } from "./emission.ts";
import { eventsOfEmitted, type RefusedRecord } from "./events-of-emitted.ts";

/** Where records come from. */
export interface EmittingPage {
  readonly emission: Emission;
  readonly texts: boolean;
  readonly startedAt: string;
  /** The sequence. */
  readonly name: string;
  /** `sequence/<name>/<run>/<step>`; the place of the record goes behind it. */
  readonly cause: string;
}

/**
 * Sends the events of a page of records; a record that no event can be made of goes to quarantine, and the others go
 * on. An event's id follows from its entity and time, so that the same page again has no effect. Rejects when blobs,
 * store or queue fail, and with a MissingSettingError or an InvalidSettingError.
 */
export async function emitPage(
  { emission, texts, startedAt, name, cause }: EmittingPage,
  records: readonly { readonly row: number; readonly values: EmittedRecord["values"] }[],
  app: Pick<AppDefinition, "rules">,
  ports: Ports,
  settings: Settings,
): Promise<SentRows> {
  const now = ports.clock.now();
  return sendRows(
    records,
    ({ row, values }) =>
      eventsOfEmitted(
        emission,
        { values, texts, startedAt },
        app,
        { now, cause: `${cause}/${row}` },
        settings,
      ),
    async ({ row, values }, issues) => {
      const refused: RefusedRecord = { emission, values, texts };
      await refuseRecord(
        refused,
        issues,
        { via: "sequence", name, row: { row, loadedAt: startedAt } },
        ports,
      );
    },
    ports,
  );
}
