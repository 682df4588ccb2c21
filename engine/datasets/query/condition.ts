import type { Filter } from "./asked.ts";
import { BYTES, type Compared, isWholeInKey, keyOperand, keyValue } from "./compared.ts";
import { allOf, anyOf, type Sql } from "./sql.ts";

/** A filter as a statement says it, and how an index may serve it. */
export interface Condition {
  readonly sql: Sql;
  /** The name of the key column that it holds to one value or bounds; none where it does neither, or there is none. */
  readonly key: string | undefined;
  readonly role: "equal" | "range" | "other";
  /** Whether the key column is enough to tell whether it holds. */
  readonly covered: boolean;
}

const SIGNS = { lt: "<", gt: ">", lte: "<=", gte: ">=" } as const;

/** A filter on its column. */
export function conditionOf({ operator, operands }: Filter, column: Compared): Condition {
  const [operand = ""] = operands;
  switch (operator) {
    case "eq":
      return equal(operand, column);
    case "neq":
      return other(not(differing(operand, column)));
    case "null":
      return operand === "true" ? equal("", column) : other(not(differing("", column)));
    case "in":
      return operands.length === 1 ? equal(operand, column) : among(operands, column);
    case "like":
      return other({ text: `LOCATE(${BYTES}, ${column.bytes}) > 0`, values: [operand] });
    default:
      return ordered(SIGNS[operator], operand, column);
  }
}

/** Byte for byte; as numbers where both are. An index narrows it down to the cells with the same key. */
function equal(operand: string, column: Compared): Condition {
  const { kind, key, keyColumn, bytes } = column;
  const value = keyOperand(kind, operand);
  const byKey: Sql =
    value === undefined
      ? { text: `${key} IS NULL`, values: [] }
      : { text: `${key} = ${keyValue(kind)}`, values: [value] };
  const byBytes: Sql = { text: `${bytes} = ${BYTES}`, values: [operand] };
  const tellsAll = value !== undefined && (kind === "number" || (kind === "text" && isWholeInKey(operand)));
  if (keyColumn === undefined) {
    return {
      sql: kind === "number" && tellsAll ? byKey : byBytes,
      key: undefined,
      role: "equal",
      covered: false,
    };
  }
  return {
    sql: tellsAll ? byKey : allOf([byKey, byBytes]),
    key: keyColumn,
    role: "equal",
    covered: tellsAll,
  };
}

/** The same without thought of an index: what `neq` is the opposite of. */
function differing(operand: string, { kind, key, bytes }: Compared): Sql {
  const value = kind === "number" ? keyOperand(kind, operand) : undefined;
  return value === undefined
    ? { text: `${bytes} = ${BYTES}`, values: [operand] }
    : // A cell that is no number equals none.
      { text: `${key} IS NOT NULL AND ${key} = ${keyValue(kind)}`, values: [value] };
}

/** Equal to one of several. */
function among(operands: readonly string[], { kind, key, keyColumn, bytes }: Compared): Condition {
  const isNumber = (operand: string): boolean => kind === "number" && keyOperand(kind, operand) !== undefined;
  const numbers = operands.filter(isNumber).map((operand) => keyOperand(kind, operand) ?? null);
  const texts = operands.filter((operand) => !isNumber(operand));
  const exact = anyOf([...inList(key, numbers, keyValue(kind)), ...inList(bytes, texts, BYTES)]);
  const isOfKind = kind === "text" || numbers.length === operands.length;
  if (!isOfKind) return other(exact);
  if (keyColumn === undefined) return { sql: exact, key: undefined, role: "range", covered: false };
  const byKey = anyOf(inList(key, kind === "text" ? texts : numbers, keyValue(kind)));
  const covered = texts.every(isWholeInKey);
  return { sql: covered ? byKey : allOf([byKey, exact]), key: keyColumn, role: "range", covered };
}

function inList(left: string, values: Sql["values"], value: string): Sql[] {
  return values.length === 0 ? [] : [{ text: `${left} IN (${values.map(() => value).join(", ")})`, values }];
}

/** In the order of the column's kind; a cell of another kind is neither greater nor less. */
function ordered(sign: string, operand: string, { kind, key, keyColumn, bytes }: Compared): Condition {
  const value = keyOperand(kind, operand) ?? null;
  const byKey: Sql = { text: `${key} ${sign} ${keyValue(kind)}`, values: [value] };
  const covered = kind !== "text" || isWholeInKey(operand);
  if (kind === "text" && (keyColumn === undefined || !covered)) {
    const exact: Sql = { text: `${bytes} ${sign} ${BYTES}`, values: [operand] };
    if (keyColumn === undefined) return { sql: exact, key: undefined, role: "range", covered: false };
    // Of two texts with the same beginning, the rest decides.
    const bound: Sql = { text: `${key} ${sign.slice(0, 1)}= ${keyValue(kind)}`, values: [operand] };
    return { sql: allOf([bound, exact]), key: keyColumn, role: "range", covered };
  }
  return { sql: byKey, key: keyColumn, role: "range", covered: keyColumn !== undefined };
}

function not({ text, values }: Sql): Sql {
  return { text: `NOT (${text})`, values };
}

function other(sql: Sql): Condition {
  return { sql, key: undefined, role: "other", covered: false };
}
