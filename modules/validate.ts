import { z } from "zod";
import { defineModule } from "../engine/define/module.ts";
import { FileFaultError } from "../engine/errors/file-fault-error.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import { reading } from "./records/reading.ts";
import { coercedCells, valuesOf } from "./row-schema/coerced-cells.ts";
import { headerFault } from "./row-schema/header-fault.ts";
import { rejects } from "./row-schema/rejects.ts";
import { rowCheck } from "./row-schema/row-check.ts";
import { rowSchema } from "./row-schema/row-schema.ts";
import { betweenFiles } from "./tables/between-files.ts";
import { csvHeader } from "./tables/csv-line.ts";
import { readTable } from "./tables/read-table.ts";
import type { Table, TableRow } from "./tables/table.ts";
import { writeFile } from "./tables/write-file.ts";

const config = z
  .strictObject({
    schema: rowSchema.describe("A JSON Schema that each row must fit."),
    rejects: z
      .enum(["fail", "drop"])
      .default("fail")
      .describe("What becomes of rows that do not fit: the step fails, or they are left out."),
    most: z
      .int()
      .min(0)
      .optional()
      .describe("With drop: more than so many, and the step fails. Default: any number."),
    ...reading,
  })
  .refine(({ rejects, most }) => most === undefined || rejects === "drop", {
    path: ["most"],
    error: 'is for "rejects": "drop"',
  })
  .transform((value, context) => {
    try {
      return { ...value, check: rowCheck(value.schema) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      context.addIssue({ code: "custom", path: ["schema"], message, input: value.schema });
      return z.NEVER;
    }
  });

/**
 * The module `validate`: passes on the rows that fit a schema, byte for byte. Cells of a CSV are checked as the numbers and booleans that
 * the schema has in their columns. The log names the first 20 rows that do not fit.
 */
export const validate = defineModule({
  name: "validate",
  config,
  input: "required",
  output: "required",
  run: (step) =>
    betweenFiles(step, async ({ input, output }) => {
      const { schema, check, rejects: become, most = Infinity, ...how } = step.config;
      await using table = await readTable(input, { ...how, exactNumbers: false }, step.signal);
      const fault = table.format === "csv" ? headerFault(table.columns, schema) : undefined;
      if (fault !== undefined) throw new FileFaultError(fault);
      const valuesFrom = table.format === "csv" ? coercedCells(schema) : valuesOf;
      const rejected = rejects(step.log.bind(step));
      let rows = 0;
      async function* good(): AsyncGenerator<Uint8Array, void, void> {
        let begun = false;
        for await (const part of table.parts) {
          const fitting: Uint8Array[] = [];
          for (const row of part) {
            const reason = row.fault ?? check(valuesFrom(row.cells));
            if (reason !== undefined) rejected.add(row.line, reason);
            else if (row.fault === undefined) {
              if (!begun) fitting.push(headerOf(table, row));
              begun = true;
              fitting.push(row.raw);
              rows += 1;
            }
          }
          if (rejected.count > most)
            throw new PermanentError(`over ${most} rows do not fit: ${rejected.first}`);
          yield Buffer.concat(fitting);
        }
        if (!begun) yield headerOf(table, undefined);
      }
      await writeFile(output, good(), step.signal);
      rejected.end();
      step.log(`${rows} rows fit, ${rejected.count} do not`);
      if (become === "fail" && rejected.count > 0)
        throw new PermanentError(
          `${rejected.count} of ${rows + rejected.count} rows do not fit: ${rejected.first}`,
        );
      return { rows, rejected: rejected.count };
    }),
});

/** The header of a CSV, with a line break like that of its rows. */
function headerOf(table: Table, row: TableRow | undefined): Buffer {
  if (table.format === "ndjson") return Buffer.alloc(0);
  const end =
    row === undefined
      ? "\r\n"
      : (/\r?\n$|\r$/.exec(Buffer.from(row.raw.subarray(-2)).toString())?.[0] ?? "\r\n");
  return Buffer.from(csvHeader(table.columns, table.delimiter).replace(/\r\n$/, end));
}
