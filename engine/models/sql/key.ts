import { expression } from "./expression.ts";
import { columnNames, isName, plainName, tableOfFile } from "./names.ts";
import { CHECK } from "./place.ts";
import type { StatementReader } from "./statement-reader.ts";

/** Steps over a key, an index, a foreign key or a CHECK of a table, where one comes next. */
export function takeKey(reader: StatementReader): boolean {
  if (reader.takeWord("CONSTRAINT")) {
    if (isName(reader)) plainName(reader, "the constraint's name");
    if (!reader.isWord("PRIMARY", "UNIQUE", "FOREIGN", "CHECK")) {
      reader.unexpected("PRIMARY KEY, UNIQUE, FOREIGN KEY or CHECK is wanted");
    }
  }
  if (reader.takeWord("PRIMARY")) {
    reader.expectWord("KEY");
    indexed(reader);
  } else if (reader.takeWord("UNIQUE", "FULLTEXT")) {
    reader.takeWord("KEY", "INDEX");
    namedIndex(reader);
  } else if (reader.takeWord("KEY", "INDEX")) namedIndex(reader);
  else if (reader.takeWord("FOREIGN")) foreignKey(reader);
  else if (reader.takeWord("CHECK")) reader.bracketed(() => expression(reader, CHECK));
  else return false;
  return true;
}

/** Columns of an index, and what is said of it. */
export function indexed(reader: StatementReader): void {
  takeMethod(reader);
  reader.bracketed(() => reader.listed(() => keyPart(reader)));
  while (takeMethod(reader) || takeComment(reader));
}

/** The table that a foreign key leads to, and what happens to rows when theirs there goes. */
export function references(reader: StatementReader): void {
  reader.expectWord("REFERENCES");
  tableOfFile(reader);
  columnNames(reader);
  while (reader.takeWord("ON")) {
    reader.expectWord("DELETE", "UPDATE");
    if (reader.takeWord("RESTRICT", "CASCADE")) continue;
    if (!reader.takeWords("SET", "NULL") && !reader.takeWords("NO", "ACTION")) {
      reader.unexpected("RESTRICT, CASCADE, SET NULL or NO ACTION is wanted");
    }
  }
}

function foreignKey(reader: StatementReader): void {
  reader.expectWord("KEY");
  if (isName(reader)) plainName(reader, "the key's name");
  columnNames(reader);
  references(reader);
}

function namedIndex(reader: StatementReader): void {
  if (isName(reader) && !reader.isWord("USING")) plainName(reader, "the index's name");
  indexed(reader);
}

function keyPart(reader: StatementReader): void {
  plainName(reader, "a column's name");
  if (reader.isSign("(")) reader.bracketed(() => reader.expectCount("a length"));
  reader.takeWord("ASC", "DESC");
}

/** How it is searched. */
export function takeMethod(reader: StatementReader): boolean {
  if (!reader.takeWord("USING")) return false;
  reader.expectWord("BTREE", "HASH");
  return true;
}

function takeComment(reader: StatementReader): boolean {
  return reader.takeWord("COMMENT") && reader.expectString("a comment") !== undefined;
}
