import { textRule } from "./names.ts";
import { shown, type StatementReader } from "./statement-reader.ts";

/** What may stand behind the brackets of a CREATE TABLE, in words. */
export const TABLE_OPTIONS =
  "a table has ENGINE = InnoDB, CHARACTER SET, COLLATE, COMMENT, AUTO_INCREMENT and ROW_FORMAT, and nothing else";

/**
 * Steps over an option of a table, where one comes next. None of those that lead to files, servers or other tables.
 * https://dev.mysql.com/doc/refman/8.4/en/create-table.html#create-table-options
 */
export function takeTableOption(reader: StatementReader): boolean {
  if (reader.takeWord("ENGINE")) {
    reader.takeSign("=");
    engine(reader);
  } else if (reader.takeWord("COMMENT")) {
    reader.takeSign("=");
    reader.expectString("a comment");
  } else if (reader.takeWord("AUTO_INCREMENT")) {
    reader.takeSign("=");
    reader.expectCount("AUTO_INCREMENT");
  } else if (reader.takeWord("ROW_FORMAT")) {
    reader.takeSign("=");
    reader.expectWord("DEFAULT", "DYNAMIC", "COMPACT", "REDUNDANT", "COMPRESSED");
  } else return takeTextOption(reader);
  return true;
}

function takeTextOption(reader: StatementReader): boolean {
  const isDefault = reader.takeWord("DEFAULT");
  if (reader.takeWord("CHARSET") || reader.takeWords("CHARACTER", "SET")) {
    reader.takeSign("=");
    textRule(reader, "a character set");
  } else if (reader.takeWord("COLLATE")) {
    reader.takeSign("=");
    textRule(reader, "a collation");
  } else if (isDefault) reader.unexpected("CHARACTER SET or COLLATE is wanted");
  else return false;
  return true;
}

function engine(reader: StatementReader): void {
  const { kind, text } = reader.ahead();
  if (!["word", "name", "string"].includes(kind)) reader.unexpected("InnoDB is wanted");
  if (text.toUpperCase() !== "INNODB")
    reader.fail(`the engine ${shown(text)} is not for a model: write InnoDB`);
  reader.take();
}
