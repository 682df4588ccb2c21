import { z } from "zod";
import type { AppDefinition } from "../engine/define/app.ts";
import { defineModule, type ModuleDefinition } from "../engine/define/module.ts";
import { NAME } from "../engine/define/receiver.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import type { Ports } from "../engine/ports.ts";
import type { Emission } from "../engine/sequences/emit/emission.ts";
import { emitPage } from "../engine/sequences/emit/emit-page.ts";
import { emissionMembers } from "../engine/sequences/emit/events-of-emitted.ts";
import type { Settings } from "../engine/settings/settings.ts";
import { permanently } from "./blaming-settings.ts";
import { pagesOf } from "./records/pages.ts";
import { readRecords } from "./records/read-records.ts";
import { reading } from "./records/reading.ts";
import { signalled } from "./signalled.ts";
import { stepOriginOf } from "./step-origin.ts";

/** What the module works with. */
export interface Emitting {
  readonly app: AppDefinition;
  readonly ports: Ports;
  readonly settings: Settings;
}

/** Records of a page, and their bytes. */
const PAGE = { records: 500, bytes: 4 * 1024 * 1024 };

/**
 * The module `emit_events`: makes an event of each record and sends it to the queue `events`, where its rule takes
 * it. An event's id follows from its entity and time, which is the run's beginning where no column says it: done
 * again, it has no effect.
 */
export function emitEvents(services: Emitting): ModuleDefinition {
  const { rules } = services.app;
  const known = [...rules.keys()].toSorted();
  const config = z.strictObject({
    ...emissionMembers,
    event: z
      .string()
      .refine((type) => rules.has(type), {
        error: ({ input }) =>
          `no rule of the app takes the event ${JSON.stringify(input)}; there are ${known.join(", ") || "none"}`,
      })
      .describe("The type of the events: one that a rule of the app takes."),
    source: z.string().regex(NAME, `must be a source's name, ${NAME}`).describe("The source that they name."),
    ...reading,
  });
  return defineModule({
    name: "emit_events",
    config,
    input: "required",
    output: "none",
    async run(step) {
      const { input, idempotencyKey, startedAt, signal } = step;
      const { format, delimiter, ...emission } = step.config;
      if (input === undefined) throw new PermanentError("the step names no input");
      const { ports, app, settings } = services;
      const origin = await stepOriginOf(ports, idempotencyKey);
      const file = await readRecords(input, { format, delimiter, signal });
      const cause = `sequence/${origin.sequence}/${origin.run}/${origin.step}`;
      const page = { emission, texts: file.format === "csv", startedAt, name: origin.sequence, cause };
      let result = { rows: 0, events: 0, repeats: 0, quarantined: 0 };
      return signalled(signal, async () => {
        for await (const records of pagesOf(file.records, PAGE)) {
          if (page.texts && result.rows === 0) checkColumns(emission, records[0]?.values ?? {});
          const taken = await emitPage(page, records, app, ports, settings).catch((error: unknown) => {
            throw permanently(error);
          });
          signal.throwIfAborted();
          result = {
            rows: result.rows + records.length,
            events: result.events + taken.events,
            repeats: result.repeats + taken.repeats,
            quarantined: result.quarantined + taken.quarantined,
          };
          const { rows, events, repeats, quarantined } = result;
          step.log(
            `${rows} rows: ${events} events sent, ${repeats} known before, ${quarantined} in quarantine`,
          );
        }
        return result;
      });
    },
  });
}

/** Throws a PermanentError where a CSV lacks a column that is asked for: all of its rows do. */
function checkColumns({ time, columns = {} }: Emission, values: Readonly<Record<string, unknown>>): void {
  const asked = [...(time === undefined ? [] : [time]), ...Object.keys(columns)];
  const missing = asked.filter((name) => !Object.hasOwn(values, name));
  if (missing.length === 0) return;
  const listed = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");
  throw new PermanentError(
    `the file lacks ${listed(missing)}; its columns are ${listed(Object.keys(values))}`,
  );
}
