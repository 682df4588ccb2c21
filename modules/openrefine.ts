import { z } from "zod";
import { DELIMITERS } from "../engine/datasets/csv/part.ts";
import { defineModule } from "../engine/define/module.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import { chained } from "./openrefine-history/chain.ts";
import { history } from "./openrefine-history/history.ts";
import { mostParts } from "./openrefine-history/parts.ts";
import { betweenFiles } from "./tables/between-files.ts";
import { cellText } from "./tables/cell-text.ts";
import { csvHeader, csvLine } from "./tables/csv-line.ts";
import { readable } from "./tables/readable.ts";
import { readCsv } from "./tables/read-table.ts";
import { rowOf } from "./tables/row-of.ts";
import { Gathered, writeFile } from "./tables/write-file.ts";

const config = z.preprocess(
  (value) => (Array.isArray(value) ? { operations: value } : value),
  z.strictObject({
    operations: history.describe("An operation history, as OpenRefine gives it: Undo / Redo → Extract."),
    delimiter: z.enum(DELIMITERS).optional().describe("Default: found."),
  }),
);

/**
 * The module `openrefine`: does with a CSV what an operation history of OpenRefine says, in the order of its rows. A configuration
 * is the history itself, or an object with `operations`. Operations, facets and functions that are not supported are refused when a
 * sequence is stored; columns that the file lacks, before a row is read.
 */
export const openrefine = defineModule({
  name: "openrefine",
  config,
  input: "required",
  output: "required",
  run: (step) =>
    betweenFiles(step, async ({ input, output }) => {
      const { operations, delimiter: given } = step.config;
      await using table = await readCsv(input, given, step.signal);
      const { delimiter } = table;
      // What columns would not be there is told before any row is read, but for those that a split makes.
      const split = operations.findIndex(({ operation }) => operation.partsOf !== undefined);
      const first = split < 0 ? operations : operations.slice(0, split + 1);
      chained(table.columns, first, new Map(), () => {});
      const parts = await mostParts({ input, delimiter, signal: step.signal }, operations);
      const gathered = new Gathered();
      let [read, rows] = [0, 0];
      const chain = chained(table.columns, operations, parts, (row) => {
        const cells = chain.columns.map((column) => cellText(row.get(column)));
        rows += 1;
        gathered.add(readable(csvLine(cells, delimiter), `row ${rows} of the output`));
      });
      if (chain.columns.length === 0) throw new PermanentError("no column would be left");
      async function* lines(): AsyncGenerator<string, void, void> {
        gathered.add(csvHeader(chain.columns, delimiter));
        for await (const part of table.parts) {
          for (const row of part) {
            chain.take(rowOf(row).cells);
            read += 1;
            if (gathered.full) yield gathered.taken();
          }
        }
        chain.end();
        yield gathered.taken();
      }
      await writeFile(output, lines(), step.signal);
      step.log(`${read} rows read, ${operations.length} operations, ${rows} rows written`);
      return { rows, read };
    }),
});
