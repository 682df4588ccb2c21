import type { ModuleDefinition } from "../engine/define/module.ts";
import { columns } from "./columns.ts";
import { csvToNdjson } from "./csv-to-ndjson.ts";
import { ndjsonToCsv } from "./ndjson-to-csv.ts";
import { openrefine } from "./openrefine.ts";
import { validate } from "./validate.ts";

/** The built-in modules that make a file of another, and touch nothing else: as often as they are done, they write the same. */
export const overFiles: readonly ModuleDefinition[] = [
  csvToNdjson,
  ndjsonToCsv,
  columns,
  openrefine,
  validate,
];
