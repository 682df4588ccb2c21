import type { Kind } from "../dataset.ts";

/**
 * A generated column by which the cells of a column compare: `_n<place>` a number, `_d<place>` a date, `_t<place>` the
 * first characters of a text. NULL where the cell is of another kind.
 */
export interface KeyColumn {
  readonly name: string;
  readonly kind: Kind;
  /** The name of the dataset's column that it is generated from. */
  readonly column: string;
}

/** An index that the system made on key columns; the primary key stands behind them by itself. */
export interface KeyIndex {
  readonly name: string;
  /** Names of key columns, in their order; `_row` where others stand behind it, to be told without a look into the table. */
  readonly columns: readonly string[];
}

/** What a table has beside its columns, as its server knows it. */
export interface Keys {
  readonly columns: readonly KeyColumn[];
  readonly indexes: readonly KeyIndex[];
}
