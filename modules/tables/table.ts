import type { Delimiter } from "../../engine/datasets/csv/part.ts";

/** A row of a table, as its file has it. */
export interface TableRow {
  /** The line of the file at which it begins, from 1. */
  readonly line: number;
  /** By column, or by member, in the file's order. Of a CSV all are texts. */
  readonly cells: Map<string, Cell>;
  /** As the file has it, with its line break where it has one. To be copied before the next part is asked for. */
  readonly raw: Uint8Array;
  readonly fault?: undefined;
}

/** What should be a row and is none, and why. */
export interface NoRow {
  readonly line: number;
  /** In words that go behind the line's number: `has 3 fields where the header has 4`. */
  readonly fault: string;
}

/**
 * What a row has of a column. A number of an NDJSON is one that JavaScript writes as the file does, or else an object that
 * stands for its digits (JSON.rawJSON); any other object or array is what it is in JSON.
 */
export type Cell = string | number | boolean | null | object;

/** Rows of a file that are in memory together: some megabytes at most. To be iterated once. */
export type Rows = Iterable<TableRow | NoRow>;

/** A file of rows, opened: to be closed by `await using`. `parts` is to be iterated once. */
export type Table = CsvTable | NdjsonTable;

/** A CSV with a header. */
export interface CsvTable extends AsyncDisposable {
  readonly format: "csv";
  readonly columns: readonly string[];
  readonly delimiter: Delimiter;
  readonly parts: AsyncIterable<Rows>;
}

/** A JSON object a line. */
export interface NdjsonTable extends AsyncDisposable {
  readonly format: "ndjson";
  readonly parts: AsyncIterable<Rows>;
}
