import { z } from "zod";
import { defineModule } from "../engine/define/module.ts";
import { columnStep } from "./column-steps/step.ts";
import { steppedColumns } from "./column-steps/stepped-columns.ts";
import { steppedRow } from "./column-steps/stepped-row.ts";
import { reading } from "./records/reading.ts";
import { betweenFiles } from "./tables/between-files.ts";
import { cellText } from "./tables/cell-text.ts";
import { csvHeader, csvLine } from "./tables/csv-line.ts";
import { jsonLine } from "./tables/json-line.ts";
import { readable } from "./tables/readable.ts";
import { readTable } from "./tables/read-table.ts";
import { rowOf } from "./tables/row-of.ts";
import type { Table, TableRow } from "./tables/table.ts";
import { Gathered, writeFile } from "./tables/write-file.ts";

const config = z.strictObject({
  steps: z.array(columnStep).min(1).max(1_000).describe("What is done with each row, one after the other."),
  ...reading,
});

/**
 * The module `columns`: selects, renames, drops, derives and trims columns, step by step. A CSV becomes a CSV with the same delimiter, an
 * NDJSON an NDJSON whose other numbers keep each digit.
 */
export const columns = defineModule({
  name: "columns",
  config,
  input: "required",
  output: "required",
  run: (step) =>
    betweenFiles(step, async ({ input, output }) => {
      const { steps, ...how } = step.config;
      await using table = await readTable(input, how, step.signal);
      const { header, lineOf } = writing(
        table,
        table.format === "csv" ? steppedColumns(table.columns, steps) : [],
      );
      let rows = 0;
      async function* lines(): AsyncGenerator<string, void, void> {
        const gathered = new Gathered();
        gathered.add(header);
        for await (const part of table.parts) {
          for (const row of part) {
            gathered.add(readable(lineOf(steppedRow(rowOf(row), steps)), `line ${row.line}`));
            rows += 1;
            if (gathered.full) yield gathered.taken();
          }
        }
        yield gathered.taken();
      }
      await writeFile(output, lines(), step.signal);
      step.log(`${rows} rows, ${steps.length} steps over each`);
      return { rows };
    }),
});

function writing(
  table: Table,
  after: readonly string[],
): { header: string; lineOf: (row: TableRow) => string } {
  if (table.format === "ndjson") return { header: "", lineOf: ({ cells }) => jsonLine(cells) };
  const { delimiter } = table;
  return {
    header: csvHeader(after, delimiter),
    lineOf: ({ cells }) =>
      csvLine(
        after.map((column) => cellText(cells.get(column))),
        delimiter,
      ),
  };
}
