import { column } from "./column.ts";
import { takeKey } from "./key.ts";
import { newTable } from "./names.ts";
import type { StatementReader } from "./statement-reader.ts";
import { TABLE_OPTIONS, takeTableOption } from "./table-options.ts";

/** What stands behind CREATE TABLE: its name, its columns and keys in brackets, its options. Gives the name. */
export function createTable(reader: StatementReader): string {
  if (reader.takeWord("IF")) {
    reader.expectWord("NOT");
    reader.expectWord("EXISTS");
  }
  const name = newTable(reader);
  if (!reader.isSign("(")) {
    reader.unexpected("columns stand here in brackets, a table is not made from another or from a SELECT");
  }
  reader.bracketed(() => {
    reader.listed(() => {
      if (!takeKey(reader)) column(reader);
    });
  });
  while (takeTableOption(reader)) reader.takeSign(",");
  reader.expectEnd(TABLE_OPTIONS);
  return name;
}
