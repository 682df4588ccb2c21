import { z } from "zod";
import { DELIMITERS } from "../engine/datasets/csv/part.ts";
import { defineModule } from "../engine/define/module.ts";
import { memberOf } from "./csv-members/member-of.ts";
import { COLUMN_TYPES, EMPTY, membersOf } from "./csv-members/members-of.ts";
import { betweenFiles } from "./tables/between-files.ts";
import { readable } from "./tables/readable.ts";
import { readCsv } from "./tables/read-table.ts";
import { rowOf } from "./tables/row-of.ts";
import type { CsvTable } from "./tables/table.ts";
import { Gathered, writeFile } from "./tables/write-file.ts";

const config = z.strictObject({
  delimiter: z.enum(DELIMITERS).optional().describe("Default: found."),
  columns: z
    .union([z.enum(["as-is", "snake_case"]), z.record(z.string(), z.string().min(1))], {
      error: 'must be "as-is", "snake_case", or an object of members by columns: {"Full name": "name"}',
    })
    .default("as-is")
    .describe(
      "What members are called: as their columns; those in snake_case (`Full name` → `full_name`); or as it says by column, those alone.",
    ),
  empty: z
    .enum(EMPTY)
    .default("keep")
    .describe(
      'An empty cell: "" (null in a column of another type than string), null, or a member that is left out.',
    ),
  types: z
    .record(z.string(), z.enum(COLUMN_TYPES))
    .default({})
    .describe("Types by column; default: string. A cell that is not of its type ends the step."),
});

/**
 * The module `csv_to_ndjson`: a JSON object a line for each record. Numbers are written with the digits that they have; one that is none
 * as JSON has them, or that no double keeps, is refused with its line and column.
 */
export const csvToNdjson = defineModule({
  name: "csv_to_ndjson",
  config,
  input: "required",
  output: "required",
  run: (step) =>
    betweenFiles(step, async ({ input, output }) => {
      const { delimiter, ...asked } = step.config;
      await using table = await readCsv(input, delimiter, step.signal);
      const members = membersOf(table.columns, asked);
      let rows = 0;
      async function* lines({ parts }: CsvTable): AsyncGenerator<string, void, void> {
        const gathered = new Gathered();
        for await (const part of parts) {
          for (const found of part) {
            const row = rowOf(found);
            let text = "";
            for (const member of members) {
              const value = memberOf(row, member, asked.empty);
              if (value !== undefined) text += `${text === "" ? "" : ","}${member.name}:${value}`;
            }
            gathered.add(readable(`{${text}}\n`, `line ${row.line}`));
            rows += 1;
            if (gathered.full) yield gathered.taken();
          }
        }
        yield gathered.taken();
      }
      await writeFile(output, lines(table), step.signal);
      step.log(`${rows} rows of ${table.columns.length} columns`);
      return { rows, columns: members.length };
    }),
});
