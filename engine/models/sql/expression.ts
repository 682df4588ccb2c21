import { takeCall } from "./call.ts";
import { takeLiteral } from "./literal.ts";
import { isName, namePart, textRule } from "./names.ts";
import type { Place } from "./place.ts";
import { MAX_DEPTH, type StatementReader } from "./statement-reader.ts";
import { intervalUnit } from "./units.ts";

/** Most operators in a row, and most that stand before one operand: servers go down by one call for each. */
const MAX_OPERATORS = 1_000;
const MAX_PREFIXES = 16;

const COMPARISONS = ["=", "<=>", "<", ">", "<=", ">=", "<>", "!="];
const ARITHMETIC = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"];
const PREDICATES = ["IN", "BETWEEN", "LIKE", "REGEXP", "RLIKE"];

/**
 * An expression: operands with operators between, whatever binds closer, which is no matter here. It ends where a word
 * or sign comes that is no operator. Throws a SqlFaultError where something stands in it that may not at its place.
 * https://dev.mysql.com/doc/refman/8.4/en/expressions.html
 */
export function expression(reader: StatementReader, place: Place): void {
  reader.deeper(() => chain(reader, place, true));
}

/** One operand, and what stands before it. */
export function operand(reader: StatementReader, place: Place): void {
  for (let count = 0; reader.takeWord("NOT", "BINARY") || reader.takeSign("-", "+", "~", "!"); count++) {
    if (count === MAX_PREFIXES)
      reader.fail(`has more than ${MAX_PREFIXES} signs before one value: make it simpler`);
  }
  const one = (): void => expression(reader, place);
  if (takeLiteral(reader)) return;
  if (isQuery(reader)) return query(reader, place);
  if (reader.isSign("(")) return reader.bracketed(() => reader.listed(one));
  if (reader.takeWord("EXISTS")) return query(reader, place);
  if (reader.takeWord("CASE")) return cases(reader, one);
  if (reader.takeWord("INTERVAL")) {
    one();
    return intervalUnit(reader);
  }
  if (reader.isWord("MATCH")) return match(reader, place);
  if (!takeCall(reader, place, { one, operand: () => operand(reader, place) })) column(reader, place);
}

function chain(reader: StatementReader, place: Place, withLogic: boolean): void {
  operand(reader, place);
  for (let count = 0; takeOperation(reader, place, withLogic); count++) {
    if (count === MAX_OPERATORS)
      reader.fail(`has more than ${MAX_OPERATORS} operators in a row: make it simpler`);
  }
}

/** Steps over an operator and what is to its right, where an operator comes next. */
function takeOperation(reader: StatementReader, place: Place, withLogic: boolean): boolean {
  if (reader.takeSign(...ARITHMETIC) || reader.takeWord("DIV", "MOD")) operand(reader, place);
  else if (withLogic && (reader.takeWord("AND", "OR", "XOR") || reader.takeSign("&&")))
    operand(reader, place);
  else if (reader.takeSign(...COMPARISONS)) {
    if (reader.takeWord("ANY", "ALL", "SOME")) query(reader, place);
    else operand(reader, place);
  } else if (reader.takeWord("IS")) {
    reader.takeWord("NOT");
    reader.expectWord("NULL", "TRUE", "FALSE", "UNKNOWN");
  } else if (reader.takeWord("COLLATE")) textRule(reader, "a collation");
  else return takePredicate(reader, place);
  return true;
}

function takePredicate(reader: StatementReader, place: Place): boolean {
  // Here, NOT belongs to what follows.
  if (reader.takeWord("NOT") && !reader.isWord(...PREDICATES))
    reader.unexpected(`${PREDICATES.join(", ")} is wanted`);
  if (reader.takeWord("IN")) {
    if (isQuery(reader)) query(reader, place);
    else reader.bracketed(() => reader.listed(() => expression(reader, place)));
  } else if (reader.takeWord("BETWEEN")) {
    reader.deeper(() => chain(reader, place, false));
    reader.expectWord("AND");
    operand(reader, place);
  } else if (reader.takeWord("LIKE")) {
    operand(reader, place);
    if (reader.takeWord("ESCAPE")) reader.expectString("what escapes");
  } else if (reader.takeWord("REGEXP", "RLIKE")) operand(reader, place);
  else return false;
  return true;
}

function cases(reader: StatementReader, one: () => void): void {
  reader.deeper(() => {
    if (!reader.isWord("WHEN")) one();
    if (!reader.isWord("WHEN")) reader.unexpected("WHEN is wanted");
    while (reader.takeWord("WHEN")) {
      one();
      reader.expectWord("THEN");
      one();
    }
    if (reader.takeWord("ELSE")) one();
    reader.expectWord("END");
  });
}

/** https://dev.mysql.com/doc/refman/8.4/en/fulltext-search.html */
function match(reader: StatementReader, place: Place): void {
  if (!place.query) reader.fail(`MATCH may not stand in ${place.what}`);
  reader.take();
  reader.bracketed(() => reader.listed(() => column(reader, place)));
  reader.expectWord("AGAINST");
  reader.bracketed(() => {
    reader.expectString("what is looked for");
    if (!reader.takeWord("IN")) return;
    if (!reader.takeWords("NATURAL", "LANGUAGE", "MODE") && !reader.takeWords("BOOLEAN", "MODE")) {
      reader.unexpected("NATURAL LANGUAGE MODE or BOOLEAN MODE is wanted");
    }
  });
}

function column(reader: StatementReader, place: Place): void {
  if (!isName(reader)) reader.unexpected(`a value is wanted in ${place.what}`);
  if (!place.columns)
    reader.unexpected(`${place.what} has values alone, without columns; texts stand in quotes`);
  const first = namePart(reader, "a column's name");
  if (!reader.takeSign(".")) return;
  const second = namePart(reader, "a column's name");
  if (reader.isSign(".") || reader.isSign("(")) {
    reader.fail(
      `"${first}.${second}" names another schema: a file has tables of its own alone, and functions of the server's`,
    );
  }
}

/** Whether a SELECT in brackets comes next, with any brackets around its own. */
export function isQuery(reader: StatementReader): boolean {
  let brackets = 0;
  const isSign = (at: number, sign: string): boolean => {
    const { kind, text } = reader.ahead(at);
    return kind === "sign" && text === sign;
  };
  const isWord = (at: number, words: readonly string[]): boolean => {
    const { kind, text } = reader.ahead(at);
    return kind === "word" && words.includes(text.toUpperCase());
  };
  while (brackets <= MAX_DEPTH && isSign(brackets, "(")) brackets++;
  if (brackets === 0 || !isWord(brackets, ["SELECT", "WITH"])) return false;
  if (brackets === 1) return true;
  // What stands behind the second bracket's end tells a SELECT in brackets from an operand that is one.
  const behind = reader.endAhead(1) + 1;
  return isSign(behind, ")") || isWord(behind, ["UNION", "EXCEPT", "INTERSECT", "ORDER", "LIMIT"]);
}

/** A SELECT in brackets. */
function query(reader: StatementReader, place: Place): void {
  const { query } = place;
  if (!query) reader.fail(`a SELECT may not stand in ${place.what}: write the value`);
  reader.bracketed(() => query(reader));
}
