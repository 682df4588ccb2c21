import type { Parameter } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { ROW } from "../dataset.ts";
import type { SortKey } from "./asked.ts";
import { TEXT_KEY_CHARACTERS } from "../keys/key-column.ts";
import { type Compared, keyValue } from "./compared.ts";
import { allOf, anyOf, type Sql } from "./sql.ts";

/** Texts that are the same so far stand in the order of the file. */
const SORTED_CHARACTERS = 1_000;

/** A server sorts by the first 1,024 bytes of an expression, so that a longer text is sorted by its pieces. */
const PIECE = 250;

/** One column of the order, as a statement says it. */
export interface OrderTerm {
  readonly descending: boolean;
  /** What is sorted by, first to last. */
  readonly by: readonly string[];
  /** The whole of it, to compare with `value`. */
  readonly key: string;
  /** What to select of a row, so that it can be given for the `?` of `value`. */
  readonly of: string;
  readonly value: string;
  /** Whether a row may have none: such rows come first, or last where it descends. */
  readonly nullable: boolean;
}

/** Whether key columns have the whole of texts of so many characters at most; `longest`: undefined where unknown. */
export function isWholeKey(longest: number | undefined): boolean {
  return longest !== undefined && longest <= TEXT_KEY_CHARACTERS;
}

/**
 * A column of the order; one of text by its key column only where that has the whole of every cell. `longest`: how many
 * characters a cell of text has at most, if that is known.
 */
export function orderTerm({ descending }: SortKey, column: Compared, longest: number | undefined): OrderTerm {
  const { kind, key } = column;
  if (kind !== "text") {
    return { descending, by: [key], key, of: key, value: keyValue(kind), nullable: true };
  }
  const cell = quoted(column.name);
  const common = { descending, of: cell, nullable: false };
  if (isWholeKey(longest) && column.keyColumn !== undefined)
    return { ...common, by: [key], key, value: keyValue(kind) };
  const cut = (text: string): string => `CAST(LEFT(${text}, ${SORTED_CHARACTERS}) AS BINARY)`;
  const by = Array.from(
    { length: Math.max(1, Math.ceil(Math.min(longest ?? SORTED_CHARACTERS, SORTED_CHARACTERS) / PIECE)) },
    (_, index) => `CAST(SUBSTRING(${cell}, ${index * PIECE + 1}, ${PIECE}) AS BINARY)`,
  );
  return { ...common, by, key: cut(cell), value: cut("?") };
}

/** Rows that are equal stand as in the file, or against it, so that an index can be walked either way. */
export function rowDescends(sort: readonly SortKey[]): boolean {
  return sort.at(-1)?.descending ?? false;
}

/** The list behind ORDER BY. */
export function orderBy(terms: readonly OrderTerm[]): string {
  const descends = terms.at(-1)?.descending ?? false;
  const one = (by: string, descending: boolean): string => (descending ? `${by} DESC` : by);
  return [
    ...terms.flatMap(({ by, descending }) => by.map((each) => one(each, descending))),
    one(quoted(ROW), descends),
  ].join(", ");
}

/** What to select beside the row, and the list behind ORDER BY where that was selected before. */
export function orderApart(terms: readonly OrderTerm[]): { list: readonly string[]; order: string } {
  const apart = terms.map((term, index) => ({
    ...term,
    by: term.by.map((_, piece) => `k${index}_${piece}`),
  }));
  const names = apart.flatMap(({ by }) => by);
  return {
    list: terms.flatMap(({ by }) => by).map((by, index) => `${by} AS ${names[index] ?? ""}`),
    order: orderBy(apart),
  };
}

/**
 * What holds for the rows behind one row in the order of the terms. `values`: what the terms' `of` are of that row,
 * null where it has none.
 */
export function behind(terms: readonly OrderTerm[], values: readonly Parameter[], row: number): Sql {
  const descends = terms.at(-1)?.descending ?? false;
  const last: Sql = { text: `${quoted(ROW)} ${descends ? "<" : ">"} ?`, values: [row] };
  return terms.reduceRight((rest, term, index) => behindOne(term, values[index] ?? null, rest), last);
}

function behindOne({ key, value, descending, nullable }: OrderTerm, at: Parameter, rest: Sql): Sql {
  const isNull: Sql = { text: `${key} IS NULL`, values: [] };
  if (at === null) {
    const same = allOf([isNull, rest]);
    return descending ? same : anyOf([{ text: `${key} IS NOT NULL`, values: [] }, same]);
  }
  const further: Sql = { text: `${key} ${descending ? "<" : ">"} ${value}`, values: [at] };
  const same = allOf([{ text: `${key} = ${value}`, values: [at] }, rest]);
  return anyOf(descending && nullable ? [further, isNull, same] : [further, same]);
}
