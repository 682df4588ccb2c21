import { expression, isQuery, operand } from "./expression.ts";
import { columnNames, isName, plainName, tableName } from "./names.ts";
import { viewPlace } from "./place.ts";
import type { StatementReader } from "./statement-reader.ts";
import { orderedBy, type Parts, windowSpec } from "./window.ts";

const PLACE = viewPlace(query);

/** Most SELECTs that one UNION joins, and most tables in one FROM: servers take 61. */
const MAX_SELECTS = 100;
const MAX_TABLES = 61;

/**
 * A SELECT as a view may have it: WITH that is not recursive, joins, groups, windows, UNION and its like, LIMIT; of the
 * file's own tables and views. Without INTO, FOR UPDATE, PROCEDURE, hints, variables.
 * https://dev.mysql.com/doc/refman/8.4/en/select.html
 */
export function query(reader: StatementReader): void {
  reader.deeper(() => {
    if (reader.takeWord("WITH")) withQueries(reader);
    term(reader);
    for (let count = 2; reader.takeWord("UNION", "EXCEPT", "INTERSECT"); count++) {
      if (count > MAX_SELECTS) reader.fail(`joins more than ${MAX_SELECTS} SELECTs: make it simpler`);
      reader.takeWord("ALL", "DISTINCT");
      term(reader);
    }
    orderedBy(reader, partsOf(reader));
    if (reader.takeWord("LIMIT")) limit(reader);
  });
}

function withQueries(reader: StatementReader): void {
  if (reader.isWord("RECURSIVE"))
    reader.fail("WITH RECURSIVE is not for a model, it may have no end: leave it out");
  reader.listed(() => {
    plainName(reader, "a name for the SELECT");
    if (reader.isSign("(")) columnNames(reader);
    reader.expectWord("AS");
    reader.bracketed(() => query(reader));
  });
}

function term(reader: StatementReader): void {
  if (reader.isSign("(")) return reader.bracketed(() => query(reader));
  reader.expectWord("SELECT");
  reader.takeWord("DISTINCT", "ALL");
  reader.listed(() => selected(reader));
  if (reader.takeWord("FROM")) tables(reader);
  if (reader.takeWord("WHERE")) one(reader);
  if (reader.takeWord("GROUP")) groups(reader);
  if (reader.takeWord("HAVING")) one(reader);
  if (reader.takeWord("WINDOW")) reader.listed(() => namedWindow(reader));
}

function selected(reader: StatementReader): void {
  if (reader.takeSign("*")) return;
  const [dot, star] = [reader.ahead(1), reader.ahead(2)];
  const signs = dot.kind === "sign" && star.kind === "sign" && dot.text + star.text === ".*";
  if (isName(reader) && signs) {
    reader.take();
    reader.take();
    reader.take();
    return;
  }
  one(reader);
  alias(reader);
}

function alias(reader: StatementReader): void {
  if (reader.takeWord("AS") || isName(reader) || reader.ahead().kind === "string")
    plainName(reader, "an alias");
}

function tables(reader: StatementReader): void {
  let count = 0;
  reader.listed(() => {
    table(reader);
    while (takeJoin(reader)) count++;
    if (++count > MAX_TABLES) reader.fail(`has more than ${MAX_TABLES} tables in one FROM: make it simpler`);
  });
}

function table(reader: StatementReader): void {
  if (isQuery(reader)) {
    reader.bracketed(() => query(reader));
    reader.takeWord("AS");
    plainName(reader, "an alias for the SELECT in FROM");
  } else if (reader.isSign("(")) reader.bracketed(() => tables(reader));
  else if (!reader.takeWord("DUAL")) {
    reader.read.push(tableName(reader));
    alias(reader);
  }
}

/** https://dev.mysql.com/doc/refman/8.4/en/join.html */
function takeJoin(reader: StatementReader): boolean {
  if (reader.takeWord("NATURAL")) {
    if (reader.takeWord("LEFT", "RIGHT")) reader.takeWord("OUTER");
    else reader.takeWord("INNER");
    reader.expectWord("JOIN");
    table(reader);
    return true;
  }
  const isOuter = reader.takeWord("LEFT", "RIGHT");
  if (isOuter) reader.takeWord("OUTER");
  if (isOuter || reader.takeWord("INNER", "CROSS")) reader.expectWord("JOIN");
  else if (!reader.takeWord("JOIN", "STRAIGHT_JOIN")) return false;
  table(reader);
  if (reader.takeWord("ON")) one(reader);
  else if (reader.takeWord("USING")) columnNames(reader);
  else if (isOuter) reader.unexpected("ON or USING is wanted");
  return true;
}

function groups(reader: StatementReader): void {
  reader.expectWord("BY");
  reader.listed(() => one(reader));
  if (reader.takeWord("WITH")) reader.expectWord("ROLLUP");
}

function namedWindow(reader: StatementReader): void {
  plainName(reader, "a window's name");
  reader.expectWord("AS");
  windowSpec(reader, partsOf(reader));
}

function limit(reader: StatementReader): void {
  reader.expectCount("LIMIT");
  if (reader.takeWord("OFFSET") || reader.takeSign(",")) reader.expectCount("LIMIT");
}

function one(reader: StatementReader): void {
  expression(reader, PLACE);
}

function partsOf(reader: StatementReader): Parts {
  return { one: () => one(reader), operand: () => operand(reader, PLACE) };
}
