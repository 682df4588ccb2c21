import { ExpressionParser } from "./expression-parser.ts";
import type { Column, Expression, Select, SortKey, Source } from "./syntax.ts";
import { TokenReader } from "./token-reader.ts";

/** The service's limit on a query's text: 512 KB. */
export const maxQueryLength = 512 * 1024;

/**
 * Reads a query; throws `SyntaxFailure` naming the place.
 * The grammar: https://learn.microsoft.com/azure/cosmos-db/nosql/query/select and its sisters.
 */
export function parseQuery(query: string): Select {
  const { reader, select } = parser(query);
  const parsed = select();
  if (reader.peek().kind !== "end") throw reader.failure("The query should end here.");
  return parsed;
}

/** Reads the condition of a patch: `FROM c WHERE …`, with no SELECT. */
export function parseCondition(query: string): Select {
  const { reader, expressions } = parser(query);
  const from = fromClause(reader, expressions);
  const where = reader.accept("WHERE") ? expressions.expression() : undefined;
  if (reader.peek().kind !== "end") throw reader.failure("The condition should end here.");
  const output = { kind: "value", value: { kind: "literal", value: true, at: 0 } } as const;
  return { ...empty, output, from, where, at: 0 };
}

const empty = {
  distinct: false,
  top: undefined,
  groupBy: [],
  orderBy: [],
  offset: undefined,
  limit: undefined,
} as const;

function parser(query: string): { reader: TokenReader; expressions: ExpressionParser; select: () => Select } {
  const reader = new TokenReader(query);
  const select = (): Select => selectClause(reader, expressions);
  const expressions: ExpressionParser = new ExpressionParser(reader, select);
  return { reader, expressions, select };
}

function selectClause(reader: TokenReader, expressions: ExpressionParser): Select {
  const { at } = reader.expect("SELECT");
  const distinct = reader.accept("DISTINCT");
  const top = reader.accept("TOP") ? constant(reader) : undefined;
  const output = outputClause(reader, expressions);
  const from = reader.is("FROM") ? fromClause(reader, expressions) : [];
  const where = reader.accept("WHERE") ? expressions.expression() : undefined;
  const groupBy: Expression[] = [];
  if (reader.accept("GROUP")) {
    reader.expect("BY");
    do groupBy.push(expressions.expression());
    while (reader.accept(","));
  }
  const orderBy: SortKey[] = [];
  if (reader.accept("ORDER")) {
    reader.expect("BY");
    do orderBy.push(sortKey(reader, expressions));
    while (reader.accept(","));
  }
  let offset: Expression | undefined;
  let limit: Expression | undefined;
  if (reader.accept("OFFSET")) {
    offset = constant(reader);
    reader.expect("LIMIT");
    limit = constant(reader);
  }
  return { distinct, top, output, from, where, groupBy, orderBy, offset, limit, at };
}

/** TOP, OFFSET and LIMIT take a number or a parameter. */
function constant(reader: TokenReader): Expression {
  const { kind, text, value, at } = reader.next();
  if (kind === "parameter") return { kind: "parameter", name: text, at };
  if (kind === "number") return { kind: "literal", value, at };
  throw reader.failure("A number or a parameter is expected here.", at);
}

function sortKey(reader: TokenReader, expressions: ExpressionParser): SortKey {
  const value = expressions.expression();
  const descending = reader.accept("DESC");
  if (!descending) reader.accept("ASC");
  return { value, descending };
}

function outputClause(reader: TokenReader, expressions: ExpressionParser): Select["output"] {
  if (reader.accept("*")) return { kind: "all" };
  if (reader.is("VALUE") && !reader.is(".", 1)) {
    reader.next();
    return { kind: "value", value: expressions.expression() };
  }
  const columns: Column[] = [];
  do {
    const value = expressions.expression();
    columns.push({ value, name: alias(reader) ?? impliedName(value) });
  } while (reader.accept(","));
  return { kind: "columns", columns };
}

function alias(reader: TokenReader): string | undefined {
  const token = reader.peek();
  if (reader.accept("AS")) {
    const next = reader.peek();
    return next.kind === "string" ? String(reader.next().value) : reader.name("A name", true);
  }
  return token.kind === "name" ? reader.name("A name") : undefined;
}

function impliedName(value: Expression): string | undefined {
  if (value.kind === "alias") return value.name;
  if (value.kind === "member" && value.name.kind === "literal" && typeof value.name.value === "string")
    return value.name.value;
  return undefined;
}

function fromClause(reader: TokenReader, expressions: ExpressionParser): Source[] {
  reader.expect("FROM");
  const sources = [source(reader, expressions)];
  while (reader.accept("JOIN")) sources.push(source(reader, expressions));
  return sources;
}

function source(reader: TokenReader, expressions: ExpressionParser): Source {
  const { kind, at } = reader.peek();
  if (kind === "name" && reader.is("IN", 1)) {
    const name = reader.name("A name");
    reader.next();
    return { alias: name, value: path(reader, expressions), each: true, at };
  }
  const value = path(reader, expressions);
  // A subquery needs no name: it may stand there to multiply or to filter. A name with a space is never looked up.
  const name = alias(reader) ?? impliedName(value) ?? `at ${at}`;
  return { alias: name, value, each: false, at };
}

/** What FROM takes: a path that begins with a name, or a subquery. An expression would swallow `IN`, so it is read bare. */
function path(reader: TokenReader, expressions: ExpressionParser): Expression {
  const { kind, at } = reader.peek();
  if (kind !== "name" && !reader.is("(") && !reader.is("[")) {
    throw reader.failure("The name of the container, a path or a subquery is expected here.");
  }
  const value = expressions.path();
  if (!["alias", "member", "subquery", "array"].includes(value.kind)) {
    throw reader.failure("The name of the container, a path or a subquery is expected here.", at);
  }
  return value;
}
