import { dataType, takeTextRule } from "./data-type.ts";
import { expression, operand } from "./expression.ts";
import { references } from "./key.ts";
import { plainName } from "./names.ts";
import { CHECK, DEFAULT, GENERATED } from "./place.ts";
import type { StatementReader } from "./statement-reader.ts";

/**
 * A column: its name, its type, and what else is said of it.
 * https://dev.mysql.com/doc/refman/8.4/en/create-table.html
 */
export function column(reader: StatementReader): void {
  plainName(reader, "a column's name");
  dataType(reader);
  while (takeAttribute(reader));
}

function takeAttribute(reader: StatementReader): boolean {
  if (reader.takeWord("NOT")) reader.expectWord("NULL");
  else if (reader.takeWord("NULL", "AUTO_INCREMENT", "VIRTUAL", "STORED")) return true;
  else if (reader.takeWord("DEFAULT")) defaultValue(reader);
  else if (reader.takeWords("ON", "UPDATE")) now(reader);
  else if (reader.takeWord("COMMENT")) reader.expectString("a comment");
  else if (reader.takeWord("UNIQUE")) reader.takeWord("KEY");
  else if (reader.takeWord("PRIMARY")) reader.expectWord("KEY");
  else if (reader.isWord("REFERENCES")) references(reader);
  else if (reader.takeWords("GENERATED", "ALWAYS", "AS") || reader.takeWord("AS")) {
    reader.bracketed(() => expression(reader, GENERATED));
  } else if (reader.takeWord("CONSTRAINT")) {
    if (!reader.isWord("CHECK")) plainName(reader, "the constraint's name");
    reader.expectWord("CHECK");
    reader.bracketed(() => expression(reader, CHECK));
  } else if (reader.takeWord("CHECK")) reader.bracketed(() => expression(reader, CHECK));
  else return takeTextRule(reader);
  return true;
}

/** What a column has where a row says nothing: a value, or an expression in brackets. */
export function defaultValue(reader: StatementReader): void {
  if (!reader.isSign("(")) return operand(reader, DEFAULT);
  // MySQL and MariaDB let it read columns that stand before it.
  reader.bracketed(() => expression(reader, { ...DEFAULT, columns: true }));
}

function now(reader: StatementReader): void {
  reader.expectWord("CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP");
  if (!reader.takeSign("(")) return;
  if (!reader.isSign(")")) reader.expectCount("a precision");
  reader.expectSign(")");
}
