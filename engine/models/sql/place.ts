import { AGGREGATES, FOR_DEFAULTS, FOR_ROWS, SCALARS, WINDOWED } from "./functions.ts";
import type { StatementReader } from "./statement-reader.ts";

/** Where an expression stands, and so what it may be made of. */
export interface Place {
  /** In words: "a default". */
  readonly what: string;
  /** Names of functions, in capitals. */
  readonly functions: ReadonlySet<string>;
  /** Whether it may read columns. */
  readonly columns: boolean;
  /** Reads a SELECT, where one may stand in it. */
  readonly query?: (reader: StatementReader) => void;
}

/** What a column has where a row says nothing. */
export const DEFAULT: Place = {
  what: "a default",
  functions: new Set([...FOR_ROWS, ...FOR_DEFAULTS]),
  columns: false,
};

/** What a row has to fulfil. */
export const CHECK: Place = { what: "a CHECK", functions: SCALARS, columns: true };

/** What a column is computed by. */
export const GENERATED: Place = { what: "a generated column", functions: FOR_ROWS, columns: true };

/** What a row has in a column. */
export const VALUE: Place = { what: "VALUES", functions: FOR_ROWS, columns: false };

/** What a view has; `query` reads a SELECT in it. */
export function viewPlace(query: (reader: StatementReader) => void): Place {
  return {
    what: "a view",
    functions: new Set([...SCALARS, ...AGGREGATES, ...WINDOWED]),
    columns: true,
    query,
  };
}
