import { z } from "zod";
import { DELIMITERS } from "../engine/datasets/csv/part.ts";
import { defineModule } from "../engine/define/module.ts";
import { FileFaultError } from "../engine/errors/file-fault-error.ts";
import { cellText } from "./tables/cell-text.ts";
import { cellFault, csvHeader, csvLine } from "./tables/csv-line.ts";
import { betweenFiles } from "./tables/between-files.ts";
import { readable } from "./tables/readable.ts";
import { readNdjson } from "./tables/read-table.ts";
import { refuseCell, rowOf } from "./tables/row-of.ts";
import type { NdjsonTable, TableRow } from "./tables/table.ts";
import { Gathered, writeFile } from "./tables/write-file.ts";

/** So many records tell the columns where none are given. */
const LOOKED_AT = 1_000;

/** Most columns that records may make. */
const MOST_COLUMNS = 10_000;

const config = z.strictObject({
  columns: z
    .array(z.string().min(1))
    .min(1)
    .max(MOST_COLUMNS)
    .refine((names) => new Set(names).size === names.length, "names a column twice")
    .optional()
    .describe(
      "The members that become columns, in this order; others are left out. Default: all members of the first 1,000 records, in the order in which they come; another one later ends the step.",
    ),
  delimiter: z.enum(DELIMITERS).default(","),
});

/**
 * The module `ndjson_to_csv`: a record of a CSV, as RFC 4180 writes it, for each JSON object. Null, and a member that is not there,
 * become empty cells; objects and arrays become their JSON.
 */
export const ndjsonToCsv = defineModule({
  name: "ndjson_to_csv",
  config,
  input: "required",
  output: "required",
  run: (step) =>
    betweenFiles(step, async ({ input, output }) => {
      const { columns: given, delimiter } = step.config;
      const columns = given ?? (await membersOfFirst(input, step.signal));
      const known = given ? undefined : new Set(columns);
      let rows = 0;
      async function* lines({ parts }: NdjsonTable): AsyncGenerator<string, void, void> {
        const gathered = new Gathered();
        gathered.add(csvHeader(columns, delimiter));
        for await (const part of parts) {
          for (const found of part) {
            const row = rowOf(found);
            if (known) checkMembers(row, known);
            gathered.add(readable(csvLine(cellsOf(row, columns), delimiter), `line ${row.line}`));
            rows += 1;
            if (gathered.full) yield gathered.taken();
          }
        }
        yield gathered.taken();
      }
      await using table = readNdjson(input, step.signal);
      await writeFile(output, lines(table), step.signal);
      step.log(`${rows} rows of ${columns.length} columns`);
      return { rows, columns: columns.length };
    }),
});

/** The members of the first records, in the order in which they come. */
async function membersOfFirst(input: string, signal: AbortSignal): Promise<readonly string[]> {
  const members = new Set<string>();
  let looked = 0;
  await using table = readNdjson(input, signal);
  for await (const part of table.parts) {
    for (const found of part) {
      const row = rowOf(found);
      for (const name of row.cells.keys()) {
        const fault = name === "" ? "has a member without a name" : cellFault(name);
        if (fault !== undefined) throw new FileFaultError(`line ${row.line} ${fault}`);
        members.add(name);
      }
      if (members.size > MOST_COLUMNS)
        throw new FileFaultError(`line ${row.line}: the records have over ${MOST_COLUMNS} members so far`);
      looked += 1;
      if (looked === LOOKED_AT) return [...members];
    }
  }
  if (members.size === 0)
    throw new FileFaultError('the file has no records to tell the columns: name them in "columns"');
  return [...members];
}

function checkMembers({ line, cells }: TableRow, known: ReadonlySet<string>): void {
  for (const name of cells.keys())
    if (!known.has(name))
      throw new FileFaultError(
        `line ${line} has the member ${JSON.stringify(name)}, which none of the first ${LOOKED_AT} records has: name the columns in "columns"`,
      );
}

function cellsOf(row: TableRow, columns: readonly string[]): string[] {
  return columns.map((column) => {
    const text = cellText(row.cells.get(column));
    const fault = cellFault(text);
    return fault === undefined ? text : refuseCell(row, column, fault);
  });
}
