import { cellText } from "../tables/cell-text.ts";
import type { Cell } from "../tables/table.ts";
import type { RowSchema, ValueSchema } from "./row-schema.ts";

/** What a row of a CSV stands for: by column, what its text is in JSON. */
export type Coerce = (cells: ReadonlyMap<string, Cell>) => Record<string, unknown>;

/**
 * Reads the texts of a CSV as what a schema has in their columns: numbers, integers and booleans (`true`, `false`, `1`, `0`). What is none
 * stays the text that it is. An empty cell is null where the column may be null, and else is not there.
 */
export function coercedCells({ properties, $defs = {} }: RowSchema): Coerce {
  const typesBy = new Map(
    Object.entries(properties).map(([column, schema]) => [column, typesOf(schema, $defs, 0)] as const),
  );
  return (cells) => {
    const values = nothing();
    for (const [column, cell] of cells) {
      const types = typesBy.get(column);
      const value = valueOf(cellText(cell), types);
      if (value !== undefined) values[column] = value;
    }
    return values;
  };
}

/** A row of an NDJSON as its values. */
export function valuesOf(cells: ReadonlyMap<string, Cell>): Record<string, unknown> {
  return Object.assign(nothing(), Object.fromEntries(cells));
}

/** An object that has not even what all objects have, so that a column `toString` is there only where it is. */
function nothing(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

/** A number as JSON writes it. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function valueOf(text: string, types: ReadonlySet<string> | undefined): unknown {
  if (text === "") return types?.has("null") === true ? null : undefined;
  if (!types) return text;
  if ((types.has("number") || types.has("integer")) && NUMBER.test(text)) return Number(text);
  const truth = types.has("boolean") ? TRUTHS.get(text.toLowerCase()) : undefined;
  const isText = types.has("string") && (text === "0" || text === "1");
  return truth === undefined || isText ? text : truth;
}

const TRUTHS = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/** The types that a schema allows, through what it refers to and chooses from. */
function typesOf(
  { type = [], anyOf = [], enum: choices = [], const: only, $ref }: ValueSchema,
  defs: Readonly<Record<string, ValueSchema>>,
  depth: number,
): ReadonlySet<string> {
  const name = $ref?.slice("#/$defs/".length);
  const referred = name !== undefined && Object.hasOwn(defs, name) ? defs[name] : undefined;
  const others = depth > 20 ? [] : [...anyOf, ...(referred ? [referred] : [])];
  const told =
    type.length > 0 ? [type].flat() : [...choices, ...(only === undefined ? [] : [only])].map(typeOf);
  return new Set([...told, ...others.flatMap((other) => [...typesOf(other, defs, depth + 1)])]);
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
