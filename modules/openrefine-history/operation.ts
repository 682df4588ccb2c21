import type { z } from "zod";
import type { Cell } from "../tables/table.ts";

/** A row while operations are at work on it: its cells by column. A blank cell is an empty text, or is not there. */
export type Row = Map<string, Cell>;

/** Takes a row that an operation made. */
export type Give = (row: Row) => void;

/** An operation at work on the rows of a file, in their order. */
export interface Stage {
  take(row: Row, give: Give): void;
  /** After the last row. */
  end?(give: Give): void;
}

/** An operation of a history, ready for a file of any columns. */
export interface Operation {
  /** The columns that it asks for. */
  readonly asks: readonly string[];
  /** The columns after it, of those before it. Throws a PermanentError where that cannot be. */
  after?(before: readonly string[], parts: number): readonly string[];
  /** Begins anew, for a file that has these columns before it. Where it is left out, rows stay as they are. */
  begin?(before: readonly string[], parts: number): Stage;
  /** Of one that makes as many columns as any cell has parts: how many a row's has. The most of them is the `parts` above, which else is 0. */
  readonly partsOf?: (row: Row) => number;
}

/** A kind of operation, by the name that OpenRefine gives it. */
export interface OperationKind {
  readonly name: string;
  /** What an operation of the kind is in a history, and how it is made. */
  readonly schema: z.ZodType<Operation>;
}

/** A kind of operation from its members in a history. */
export function operationKind<S extends z.ZodType>(
  name: string,
  schema: S,
  make: (operation: z.output<S>) => Operation,
): OperationKind {
  return { name, schema: schema.transform(make) };
}

/** A stage that does something with each row by itself. */
export function eachRow(alter: (row: Row) => void): Stage {
  return {
    take(row, give) {
      alter(row);
      give(row);
    },
  };
}

/** Whether a row has nothing in a column. */
export function isBlankIn(row: Row, column: string): boolean {
  const cell = row.get(column);
  return cell === undefined || cell === null || cell === "";
}
