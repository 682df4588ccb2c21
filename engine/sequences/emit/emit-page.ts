import { unrecorded } from "../../datasets/import/recorded.ts";
import type { AppDefinition } from "../../define/app.ts";
import type { CloudEvent } from "../../define/event.ts";
import type { Ports } from "../../ports.ts";
import { refuseRecord } from "../../pulls/page.ts";
import type { Settings } from "../../settings/settings.ts";
import { sendEvents } from "../../sync/send-events.ts";
import type { EmittedRecord, Emission } from "./emission.ts";
import { eventsOfEmitted, type RefusedRecord } from "./events-of-emitted.ts";

/** What a page of records came to. */
export interface EmittedPage {
  /** Sent to the queue. */
  readonly events: number;
  /** Events that had been taken in before, or that a record before said already: they would have no effect. */
  readonly repeats: number;
  /** Records that no event could be made of. */
  readonly quarantined: number;
}

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
): Promise<EmittedPage> {
  const now = ports.clock.now();
  const made = new Map<string, CloudEvent>();
  let [all, quarantined] = [0, 0];
  for (const { row, values } of records) {
    const context = { now, cause: `${cause}/${row}` };
    const read = eventsOfEmitted(emission, { values, texts, startedAt }, app, context, settings);
    if ("issues" in read) {
      const refused: RefusedRecord = { emission, values, texts };
      await refuseRecord(
        refused,
        read.issues,
        { via: "sequence", name, row: { row, loadedAt: startedAt } },
        ports,
      );
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
