import type { Parameter } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type DatasetColumn, type Kind, kindOf } from "../dataset.ts";
import { keyExpression, operandOf, TEXT_KEY_CHARACTERS } from "../keys/key-column.ts";
import type { Keys } from "./keys.ts";

/** A column as statements compare it. */
export interface Compared {
  readonly name: string;
  readonly kind: Kind;
  /** The cell, byte for byte: no collation that takes `a` for `A`, or `a ` for `a`. */
  readonly bytes: string;
  /** The name of its key column, where the table has it. */
  readonly keyColumn: string | undefined;
  /** What orders it: the key column, or inline what it is generated from; NULL for a cell that is not of the kind. */
  readonly key: string;
}

/** A column with its key column, if the table has one of the column's kind. */
export function comparedBy(column: DatasetColumn, keys: Pick<Keys, "columns">): Compared {
  const { name, cells } = column;
  const kind = kindOf(cells);
  const keyColumn = keys.columns.find((key) => key.column === name && key.kind === kind)?.name;
  const key = keyColumn === undefined ? keyExpression(kind, name) : quoted(keyColumn);
  return { name, kind, bytes: `CAST(${quoted(name)} AS BINARY)`, keyColumn, key };
}

/** A value to compare the bytes of a cell with. */
export const BYTES = "CAST(? AS BINARY)";

/** A value to compare the key of a column of the kind with. */
export function keyValue(kind: Kind): string {
  if (kind === "number") return "CAST(? AS DECIMAL(65,30))";
  return kind === "date" ? "?" : `CAST(LEFT(?, ${TEXT_KEY_CHARACTERS}) AS BINARY)`;
}

/** An operand as the key of the kind has it; undefined where it is none of that kind. */
export function keyOperand(kind: Kind, operand: string): Parameter | undefined {
  return kind === "text" ? operand : operandOf(kind, operand);
}

/** Whether the key of a text tells all of it. */
export function isWholeInKey(text: string): boolean {
  return text.length < TEXT_KEY_CHARACTERS || Array.from(text).length < TEXT_KEY_CHARACTERS;
}
