import { isName, plainName } from "./names.ts";
import type { StatementReader } from "./statement-reader.ts";

/** What calls and windows are made of, at the place where they stand. */
export interface Parts {
  /** Reads an expression. */
  readonly one: () => void;
  /** Reads a value without operators. */
  readonly operand: () => void;
}

/** What stands behind a function of many rows: OVER and a window, or nothing. */
export function over(reader: StatementReader, parts: Parts): void {
  if (!reader.takeWord("OVER")) return;
  if (reader.isSign("(")) windowSpec(reader, parts);
  else plainName(reader, "a window's name");
}

/**
 * A window, in brackets.
 * https://dev.mysql.com/doc/refman/8.4/en/window-functions-usage.html
 */
export function windowSpec(reader: StatementReader, parts: Parts): void {
  reader.bracketed(() => {
    if (isName(reader)) plainName(reader, "a window's name");
    if (reader.takeWord("PARTITION")) {
      reader.expectWord("BY");
      reader.listed(parts.one);
    }
    orderedBy(reader, parts);
    if (reader.takeWord("ROWS", "RANGE")) frame(reader, parts);
  });
}

/** An ORDER BY, where one comes next. */
export function orderedBy(reader: StatementReader, { one }: Parts): void {
  if (!reader.takeWord("ORDER")) return;
  reader.expectWord("BY");
  reader.listed(() => {
    one();
    reader.takeWord("ASC", "DESC");
  });
}

function frame(reader: StatementReader, parts: Parts): void {
  if (!reader.takeWord("BETWEEN")) return bound(reader, parts);
  bound(reader, parts);
  reader.expectWord("AND");
  bound(reader, parts);
}

function bound(reader: StatementReader, { operand }: Parts): void {
  if (reader.takeWords("CURRENT", "ROW")) return;
  if (!reader.takeWord("UNBOUNDED")) operand();
  reader.expectWord("PRECEDING", "FOLLOWING");
}
