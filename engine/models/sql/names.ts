import { isReserved } from "./reserved.ts";
import { shown, type StatementReader } from "./statement-reader.ts";

/** Whether a name comes next. */
export function isName(reader: StatementReader): boolean {
  const { kind, text } = reader.ahead();
  return kind === "name" || (kind === "word" && !isReserved(text));
}

/** A name that stands alone; one with a dot is another schema's, or another table's. */
export function plainName(reader: StatementReader, what: string): string {
  const name = namePart(reader, what);
  if (reader.isSign(".")) anotherSchema(reader, name);
  return name;
}

/** A name behind which a dot may stand. */
export function namePart(reader: StatementReader, what: string): string {
  const { kind, text } = reader.ahead();
  if (!isName(reader)) {
    if (kind === "word")
      reader.fail(`${shown(text)} is a word of SQL and no name without backticks: ${what} is wanted`);
    if (kind === "string") reader.fail(`${what} is a name: put it in backticks instead of quotes`);
    reader.unexpected(`${what} is wanted`);
  }
  return reader.take().text;
}

/** A table or view of the model. Names that begin with `_` are the system's. */
export function tableName(reader: StatementReader): string {
  const { kind, text } = reader.ahead();
  if (kind !== "refused" && text.startsWith("_")) {
    reader.fail(`${shown(text)} begins with _, as tables and views of the system do: choose another name`);
  }
  return plainName(reader, "a table's or view's name");
}

/** A table or view that some statement of the file has to make. */
export function tableOfFile(reader: StatementReader): string {
  const { line } = reader.ahead();
  const name = tableName(reader);
  reader.needed.push({ name, line });
  return name;
}

/** A table or view that the statement makes. */
export function newTable(reader: StatementReader): string {
  const { line } = reader.ahead();
  const name = tableName(reader);
  reader.made.push({ name, line });
  return name;
}

/** Throws that the dot that comes next leads elsewhere. */
export function anotherSchema(reader: StatementReader, before: string): never {
  reader.fail(
    `${shown(`${before}.${reader.ahead(1).text}`)} names another schema: leave out what is before the dot, a file has tables of its own alone`,
  );
}

/** Names of columns in brackets. */
export function columnNames(reader: StatementReader): void {
  reader.bracketed(() => reader.listed(() => plainName(reader, "a column's name")));
}

/** The name of a character set or a collation, as a word or a text. */
export function textRule(reader: StatementReader, what: "a character set" | "a collation"): void {
  const { kind, text } = reader.ahead();
  if (!["word", "name", "string"].includes(kind) || !/^\w{1,64}$/.test(text)) {
    reader.unexpected(`${what} is named here`);
  }
  reader.take();
}
