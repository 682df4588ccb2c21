import { column, defaultValue } from "./column.ts";
import { takeKey } from "./key.ts";
import { newTable, plainName, tableOfFile, textRule } from "./names.ts";
import type { StatementReader } from "./statement-reader.ts";
import { takeTableOption } from "./table-options.ts";

const ACTIONS =
  "ALTER TABLE has ADD, MODIFY, CHANGE, ALTER, DROP and RENAME of columns and keys, and the options of CREATE TABLE";

/**
 * What stands behind ALTER TABLE: the name of the table, and what to alter, with commas between. Gives the name.
 * https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
 */
export function alterTable(reader: StatementReader): string {
  const name = tableOfFile(reader);
  reader.listed(() => action(reader));
  reader.expectEnd(ACTIONS);
  return name;
}

function action(reader: StatementReader): void {
  if (reader.takeWord("ADD")) add(reader);
  else if (reader.takeWord("MODIFY")) {
    reader.takeWord("COLUMN");
    placedColumn(reader);
  } else if (reader.takeWord("CHANGE")) {
    reader.takeWord("COLUMN");
    plainName(reader, "the column's name");
    placedColumn(reader);
  } else if (reader.takeWord("ALTER")) alterDefault(reader);
  else if (reader.takeWord("DROP")) drop(reader);
  else if (reader.takeWord("RENAME")) rename(reader);
  else if (reader.takeWords("CONVERT", "TO", "CHARACTER", "SET")) {
    textRule(reader, "a character set");
    if (reader.takeWord("COLLATE")) textRule(reader, "a collation");
  } else {
    if (!takeTableOption(reader)) reader.unexpected(ACTIONS);
    while (takeTableOption(reader));
  }
}

function add(reader: StatementReader): void {
  const isColumn = reader.takeWord("COLUMN");
  if (reader.isSign("(")) {
    reader.bracketed(() => {
      reader.listed(() => {
        if (isColumn || !takeKey(reader)) column(reader);
      });
    });
  } else if (isColumn || !takeKey(reader)) placedColumn(reader);
}

function placedColumn(reader: StatementReader): void {
  column(reader);
  if (!reader.takeWord("FIRST") && reader.takeWord("AFTER")) plainName(reader, "a column's name");
}

function alterDefault(reader: StatementReader): void {
  reader.takeWord("COLUMN");
  plainName(reader, "the column's name");
  if (reader.takeWords("DROP", "DEFAULT")) return;
  if (!reader.takeWords("SET", "DEFAULT")) reader.unexpected("SET DEFAULT or DROP DEFAULT is wanted");
  defaultValue(reader);
}

function drop(reader: StatementReader): void {
  if (reader.takeWord("PRIMARY")) return reader.expectWord("KEY");
  if (reader.takeWord("FOREIGN")) reader.expectWord("KEY");
  else reader.takeWord("COLUMN", "INDEX", "KEY", "CONSTRAINT");
  plainName(reader, "the name of what goes");
}

function rename(reader: StatementReader): void {
  if (reader.takeWord("COLUMN", "INDEX", "KEY")) {
    plainName(reader, "its name");
    reader.expectWord("TO");
    plainName(reader, "its new name");
    return;
  }
  reader.expectWord("TO", "AS");
  newTable(reader);
}
