import { textRule } from "./names.ts";
import { shown, type StatementReader } from "./statement-reader.ts";

/** What may stand in brackets behind a type: so many numbers at most, or texts. */
type Size = 0 | 1 | 2 | "texts";

/**
 * Types that MySQL 8.4 and MariaDB 10.11 both have.
 * https://dev.mysql.com/doc/refman/8.4/en/data-types.html https://mariadb.com/kb/en/data-types/
 */
const TYPES: ReadonlyMap<string, Size> = new Map<string, Size>([
  ...sized(0, "BOOL BOOLEAN DATE JSON TINYTEXT MEDIUMTEXT LONGTEXT TINYBLOB MEDIUMBLOB LONGBLOB"),
  ...sized(1, "TINYINT SMALLINT MEDIUMINT INT INTEGER BIGINT BIT YEAR TIME DATETIME TIMESTAMP"),
  ...sized(1, "CHAR CHARACTER VARCHAR BINARY VARBINARY TEXT BLOB"),
  ...sized(2, "DECIMAL DEC NUMERIC FIXED FLOAT DOUBLE REAL"),
  ...sized("texts", "ENUM SET"),
]);

/** Types that a value can be cast to, on both. */
const CASTS: ReadonlyMap<string, Size> = new Map<string, Size>([
  ...sized(0, "DATE SIGNED UNSIGNED"),
  ...sized(1, "BINARY CHAR DATETIME TIME"),
  ...sized(2, "DECIMAL DOUBLE FLOAT"),
]);

/** The type of a column, with its sign and its character set. */
export function dataType(reader: StatementReader): void {
  const name = typed(reader, TYPES);
  if (name === "DOUBLE") reader.takeWord("PRECISION");
  while (reader.takeWord("UNSIGNED", "SIGNED", "ZEROFILL") || takeTextRule(reader));
}

/** What CAST and CONVERT make of a value. */
export function castType(reader: StatementReader): void {
  const name = typed(reader, CASTS);
  if (name.endsWith("SIGNED")) reader.takeWord("INTEGER", "INT");
  if (name === "CHAR") takeTextRule(reader);
}

/** Steps over a character set or a collation of a column, where one comes next. */
export function takeTextRule(reader: StatementReader): boolean {
  if (reader.takeWord("CHARSET") || reader.takeWords("CHARACTER", "SET")) textRule(reader, "a character set");
  else if (reader.takeWord("COLLATE")) textRule(reader, "a collation");
  else return false;
  return true;
}

function typed(reader: StatementReader, types: ReadonlyMap<string, Size>): string {
  const { kind, text } = reader.ahead();
  const name = text.toUpperCase();
  const size = kind === "word" ? types.get(name) : undefined;
  if (size === undefined) {
    if (kind === "word")
      reader.fail(
        `${shown(text)} is no type that MySQL and MariaDB share: ${[...types.keys()].join(", ")} are`,
      );
    reader.unexpected("a type is wanted");
  }
  reader.take();
  if (size === "texts") reader.bracketed(() => reader.listed(() => reader.expectString("each value")));
  else if (size > 0 && reader.isSign("(")) {
    reader.bracketed(() => {
      reader.expectCount("a size");
      if (size === 2 && reader.takeSign(",")) reader.expectCount("a size");
    });
  }
  return name;
}

function sized(size: Size, names: string): readonly (readonly [string, Size])[] {
  return names.split(" ").map((name) => [name, size] as const);
}
