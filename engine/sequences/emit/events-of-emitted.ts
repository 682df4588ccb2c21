import { z } from "zod";
import type { AppDefinition } from "../../define/app.ts";
import type { CloudEvent } from "../../define/event.ts";
import type { RowOrigin } from "../../define/import.ts";
import { eventsOfRecord } from "../../pulls/page.ts";
import type { Settings } from "../../settings/settings.ts";
import type { Made } from "../../sync/quarantine.ts";
import { type EmittedRecord, type Emission, observationOf } from "./emission.ts";

/** What quarantine keeps of a record that no event could be made of: all that it takes to try again. */
export interface RefusedRecord {
  readonly emission: Emission;
  readonly values: EmittedRecord["values"];
  readonly texts: boolean;
}

/** What an emission says in the API, and in the body of an input in quarantine. */
export const emissionMembers = {
  event: z.string().min(1),
  source: z.string().min(1),
  time: z.string().min(1).optional(),
  columns: z.record(z.string(), z.string().min(1)).optional(),
};

const refusedRecord: z.ZodType<RefusedRecord> = z.object({
  emission: z.object(emissionMembers),
  values: z.record(z.string(), z.unknown()),
  texts: z.boolean(),
});

/** The events of a record, or why there are none. Throws on a fault of settings or definitions. */
export function eventsOfEmitted(
  emission: Emission,
  record: EmittedRecord,
  app: Pick<AppDefinition, "rules">,
  context: { readonly now: number; readonly cause: string },
  settings: Settings,
): Made<readonly CloudEvent[]> {
  const definition = app.rules.get(emission.event)?.on;
  if (!definition) {
    return { issues: [{ path: "", message: `no rule of the app takes the event "${emission.event}"` }] };
  }
  const reading = {
    source: emission.source,
    record: z.unknown(),
    events: () => [observationOf(emission, definition, record)],
  };
  return eventsOfRecord(reading, record.values, context, settings);
}

/** The events of an input in quarantine that a sequence brought in, as {@link eventsOfEmitted} makes them today. */
export function eventsOfRefused(
  body: unknown,
  { loadedAt }: RowOrigin,
  app: Pick<AppDefinition, "rules">,
  context: { readonly now: number; readonly cause: string },
  settings: Settings,
): Made<readonly CloudEvent[]> {
  const refused = refusedRecord.safeParse(body);
  if (!refused.success) return { issues: [{ path: "", message: "it is no record of a sequence" }] };
  const { emission, values, texts } = refused.data;
  return eventsOfEmitted(emission, { values, texts, startedAt: loadedAt }, app, context, settings);
}
