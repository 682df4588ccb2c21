import { numberOf } from "../../engine/mysql/errors.ts";
import type { FileRecord } from "../records/record.ts";
import type { Writing } from "./write-records.ts";

/** ER_BAD_NULL_ERROR: a column that may not be NULL would be. */
const NULLED = 1048;
/** Most characters of a value that a message shows. */
const SHOWN = 60;

/**
 * Why the server refused a record, in words: with the column of the file, and what stands there, where one is to
 * blame.
 */
export function refusalInWords(
  error: Error,
  { columns, table }: Pick<Writing, "columns" | "table">,
  { values }: FileRecord,
): string {
  const message = error.message.replace(/ at row 1$/, "");
  // "Column 'email' cannot be null", "Incorrect integer value: 'x' for column `db`.`t`.`n`".
  const name =
    /column `[^`]*`\.`[^`]*`\.`([^`]+)`/i.exec(message)?.[1] ?? /column '([^']+)'/i.exec(message)?.[1];
  const column = columns.find(({ to }) => to.name === name);
  if (!column) return message;
  const { from, to } = column;
  const value = Object.hasOwn(values, from) ? values[from] : undefined;
  const isEmpty = value === undefined || value === null || value === "";
  if (numberOf(error) === NULLED && !isEmpty && table.key.includes(to.name)) {
    return `another row of "${table.name}" has a value of it that is unique there`;
  }
  if (numberOf(error) === NULLED) return `the column "${from}" is empty, and "${to.name}" must not be`;
  return `the column "${from}" has ${shown(value)}, which "${to.name}" (${to.type}) does not take: ${message}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…`.toWellFormed() : text;
}
