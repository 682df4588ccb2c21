/** What a filter compares by: `eq`, `neq` and `like` by characters, the others in the order of the column's kind. */
export const OPERATORS = ["eq", "neq", "like", "lt", "gt", "lte", "gte", "in", "null"] as const;

/** One of them. */
export type Operator = (typeof OPERATORS)[number];

/** One condition on one column. */
export interface Filter {
  /** The column's name, as the dataset has it. */
  readonly column: string;
  readonly operator: Operator;
  /** One; for `in` one or more; for `null` `true` or `false`. */
  readonly operands: readonly string[];
}

/** One column that orders the rows. */
export interface SortKey {
  readonly column: string;
  readonly descending: boolean;
}

/** Which rows, in which order: what a cursor is bound to. */
export interface Selection {
  /** All of them hold. */
  readonly filters: readonly Filter[];
  /**
   * The first decides; rows that are equal in all come in the order of the file, against it where the last descends. No
   * column is among them that a filter holds to one value.
   */
  readonly sort: readonly SortKey[];
}

/** What was asked of a dataset. */
export interface Asked extends Selection {
  /** Names of the columns to show, in their order; undefined: all. */
  readonly fields: readonly string[] | undefined;
  /** How many rows to leave out first. A cursor has done so before. */
  readonly skip: number;
  /** How many rows to show; undefined where nothing was said. */
  readonly take: number | undefined;
  readonly cursor: string | undefined;
}
