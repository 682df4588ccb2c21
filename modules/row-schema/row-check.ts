import { z } from "zod";
import type { RowSchema } from "./row-schema.ts";

/** Says what is wrong with a row's values; undefined where nothing is. */
export type RowCheck = (values: Readonly<Record<string, unknown>>) => string | undefined;

/** So many faults of a row are told. */
const TOLD = 3;

/** Longest text that a pattern is tried on, in characters: what a pattern takes may grow with the square of that. */
const LONGEST = 10_000;

/** Throws an Error for a schema that leads nowhere. */
export function rowCheck(schema: RowSchema): RowCheck {
  const check = z.fromJSONSchema(z.json().parse(schema) as z.core.JSONSchema.JSONSchema);
  const patterned = Object.entries(schema.properties).filter(([, { pattern }]) => pattern !== undefined);
  return (values) => {
    for (const [column] of patterned) {
      const value = Object.hasOwn(values, column) ? values[column] : undefined;
      if (typeof value === "string" && value.length > LONGEST)
        return `column ${JSON.stringify(column)}: has over ${LONGEST} characters, to which no pattern is put`;
    }
    const { error } = check.safeParse(values);
    if (!error) return undefined;
    const told = error.issues.slice(0, TOLD).map((issue) => inWords(issue, values));
    const more = error.issues.length - told.length;
    return `${told.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
  };
}

function inWords({ path, message }: z.core.$ZodIssue, values: unknown): string {
  const reason = valueAt(values, path) === undefined ? "is missing" : message;
  if (path.length === 0) return reason;
  const [column, ...within] = path;
  const place = within.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `column ${JSON.stringify(`${String(column)}${place}`)}: ${reason}`;
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? Reflect.get(value, part)
        : undefined,
    values,
  );
}
