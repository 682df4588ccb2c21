import type { RowSchema } from "./row-schema.ts";

/** Why no row of a CSV with these columns can fit a schema; undefined where some can. */
export function headerFault(
  columns: readonly string[],
  { properties, required, additionalProperties }: RowSchema,
): string | undefined {
  const quoted = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");
  const missing = required.filter((column) => !columns.includes(column));
  if (missing.length > 0) return `the file lacks ${quoted(missing)}; its columns are ${quoted(columns)}`;
  const known = new Set(Object.keys(properties));
  const strange = additionalProperties === false ? columns.filter((column) => !known.has(column)) : [];
  return strange.length > 0
    ? `the file has ${quoted(strange)}, and the schema takes no columns but ${quoted([...known])}`
    : undefined;
}
