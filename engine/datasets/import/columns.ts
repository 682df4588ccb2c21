import { z } from "zod";
import type { Dataset } from "../dataset.ts";

/**
 * What is wrong with a dataset whose rows cannot become events, one like the other: it lacks a column that the import's
 * `row` names and must have. Undefined where nothing is, or where `row` is no object of which that can be told.
 */
export function columnFault(row: z.ZodType, { table, columns }: Dataset): string | undefined {
  if (!(row instanceof z.ZodObject)) return undefined;
  const names = columns.map(({ name }) => name);
  const missing = Object.entries(row.shape as Readonly<Record<string, z.ZodType>>)
    .filter(([name, schema]) => !names.includes(name) && !takesNothing(schema))
    .map(([name]) => `"${name}"`);
  if (missing.length === 0) return undefined;
  const has = names.map((name) => `"${name}"`).join(", ");
  return `the dataset "${table}" lacks what its import reads: ${missing.join(", ")}; its columns are ${has}`;
}

function takesNothing(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}
