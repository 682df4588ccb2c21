import { SqlFaultError, type SqlFault } from "../../errors/sql-fault-error.ts";
import { alterTable } from "./alter-table.ts";
import { createIndex } from "./create-index.ts";
import { createTable } from "./create-table.ts";
import { BEFORE_VIEW, createView } from "./create-view.ts";
import { drop } from "./drop.ts";
import { insert } from "./insert.ts";
import { instead, notAllowed } from "./refusals.ts";
import type { ModelStatement } from "./statement.ts";
import { type Named, shown, StatementReader } from "./statement-reader.ts";
import type { Token } from "./token.ts";
import { tokensOf } from "./tokens.ts";

/** Most bytes of a file, most statements in it, and most faults that are told. */
const MAX_BYTES = 1024 * 1024;
const MAX_STATEMENTS = 2_000;
const MAX_FAULTS = 50;

/** Most tables that a view comes to. In one FROM, a server takes 61. */
const MAX_TABLES = 200;

/**
 * The statements of a model's .sql, in their order: each is made of nothing but words, options, types and functions
 * that a model may have, and names nothing outside the model's database. They are to run one by one on a connection in
 * utf8mb4 whose sql_mode has neither ANSI_QUOTES nor NO_BACKSLASH_ESCAPES, or they mean something else than was checked.
 * At most 1 MiB of UTF-8 and 2,000 statements; in time that grows with the file's length.
 *
 * Throws a SqlFaultError with what is wrong in the file, one fault a statement, at most 50.
 */
export function checkModelSql(text: string): readonly ModelStatement[] {
  const statements: ModelStatement[] = [];
  const faults: SqlFault[] = [];
  const names: Names = { made: new Set(), needed: [], weights: new Map() };
  for (const [i, tokens] of split(sized(text)).entries()) {
    const [first, last] = [tokens[0], tokens.at(-1)];
    if (!first || !last) continue;
    if (i >= MAX_STATEMENTS) {
      faults.push({
        line: first.line,
        reason: `a file has at most ${MAX_STATEMENTS.toLocaleString("en")} statements`,
      });
      break;
    }
    try {
      const { kind, name } = statement(new StatementReader(tokens), names);
      statements.push({ kind, name, text: text.slice(first.start, last.end), line: first.line });
    } catch (error) {
      if (!(error instanceof SqlFaultError)) throw error;
      faults.push(...error.faults);
    }
    // What is behind it ends otherwise than with a semicolon.
    if (isDelimiter(first)) break;
  }
  for (const { name, line } of names.needed) {
    if (names.made.has(name.toLowerCase())) continue;
    faults.push({ line, reason: `no statement of this file makes ${shown(name)}: CREATE it first` });
  }
  if (statements.length + faults.length === 0) {
    faults.push({ line: 1, reason: "has no statement: a model's .sql has at least one CREATE TABLE" });
  }
  if (faults.length === 0) return statements;
  throw new SqlFaultError(faults.sort((a, b) => a.line - b.line).slice(0, MAX_FAULTS));
}

/** What a file makes, in lower case, and what it needs. */
interface Names {
  readonly made: Set<string>;
  readonly needed: Named[];
  /** To how many tables each view comes once the views that it reads are written out. */
  readonly weights: Map<string, number>;
}

function statement(reader: StatementReader, names: Names): Pick<ModelStatement, "kind" | "name"> {
  try {
    const read = words(reader);
    for (const needed of reader.needed) names.needed.push(needed);
    if (read.kind === "create view") weigh(reader, read.name, names.weights);
    return read;
  } finally {
    // What it would have made is not missed further on.
    for (const { name } of reader.made) names.made.add(name.toLowerCase());
  }
}

/** Refuses a view that comes to too many tables: each that reads the one before it twice doubles them. */
function weigh(reader: StatementReader, name: string, weights: Map<string, number>): void {
  const weight = reader.read.reduce((sum, table) => sum + (weights.get(table.toLowerCase()) ?? 1), 0);
  weights.set(name.toLowerCase(), weight);
  if (weight <= MAX_TABLES) return;
  reader.fail(
    `${shown(name)} comes to ${weight} tables with those of the views that it reads, and may to ${MAX_TABLES}: make it simpler`,
  );
}

function words(reader: StatementReader): Pick<ModelStatement, "kind" | "name"> {
  if (isDelimiter(reader.ahead())) {
    reader.fail(
      "DELIMITER is for routines and triggers, which a model has none of: leave it out, with all that follows it",
    );
  }
  if (reader.takeWord("INSERT")) return { kind: "insert", name: insert(reader) };
  if (reader.takeWord("DROP")) return { kind: "drop", name: drop(reader) };
  if (reader.takeWord("ALTER")) {
    if (!reader.takeWord("TABLE")) instead(reader, "ALTER", "TABLE");
    return { kind: "alter table", name: alterTable(reader) };
  }
  if (reader.takeWord("CREATE")) return create(reader);
  return notAllowed(reader);
}

function create(reader: StatementReader): Pick<ModelStatement, "kind" | "name"> {
  if (reader.takeWord("TABLE")) return { kind: "create table", name: createTable(reader) };
  if (reader.isWord("INDEX", "UNIQUE", "FULLTEXT"))
    return { kind: "create index", name: createIndex(reader) };
  const replaces = BEFORE_VIEW.some((word) => reader.areWords("OR", "REPLACE", word));
  if (replaces) reader.takeWords("OR", "REPLACE");
  if (!reader.isWord(...BEFORE_VIEW)) instead(reader, "CREATE", "TABLE, VIEW and INDEX");
  return { kind: "create view", name: createView(reader) };
}

function isDelimiter({ kind, text }: Token): boolean {
  return kind === "word" && text.toUpperCase() === "DELIMITER";
}

function sized(text: string): string {
  if (Buffer.byteLength(text) <= MAX_BYTES) return text;
  throw new SqlFaultError([
    { line: 1, reason: "is larger than 1 MiB: rows beyond seeds come from the model's job" },
  ]);
}

/** What stands between the semicolons that are no part of something else; nothing where nothing does. */
function split(text: string): readonly (readonly Token[])[] {
  const statements: Token[][] = [[]];
  for (const token of tokensOf(text)) {
    if (token.kind === "sign" && token.text === ";") statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements.filter((tokens) => tokens.length > 0);
}
