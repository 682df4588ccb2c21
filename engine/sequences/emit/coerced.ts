import { z } from "zod";

/** A number as JSON has it, with a sign and zeros before it if they like. */
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/**
 * What a cell of a CSV says where a schema has a member at `path`: a number or a boolean where that is what it takes,
 * else the text; undefined, or null where the member must be there, for an empty cell. What is none stays a text, for
 * the schema to refuse by its name. Pure.
 */
export function coerced(text: string, schema: z.ZodType, path: readonly string[]): unknown {
  const member = memberAt(schema, path);
  if (member === undefined) return text;
  if (text === "") return emptyFor(member);
  const kind = unwrapped(member);
  if (kind instanceof z.ZodNumber && NUMBER.test(text.trim())) return Number(text);
  if (kind instanceof z.ZodBoolean) return BOOLEANS.get(text.trim().toLowerCase()) ?? text;
  return text;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
]);

function emptyFor(member: z.ZodType): undefined | null | string {
  if (member.safeParse(undefined).success) return undefined;
  return member.safeParse(null).success ? null : "";
}

function memberAt(schema: z.ZodType, path: readonly string[]): z.ZodType | undefined {
  let at: z.ZodType | undefined = schema;
  for (const name of path) {
    const inner: z.ZodType | undefined = at && unwrapped(at);
    if (!(inner instanceof z.ZodObject)) return undefined;
    const shape: Readonly<Record<string, z.ZodType>> = inner.shape;
    at = Object.hasOwn(shape, name) ? shape[name] : undefined;
  }
  return at;
}

/** A schema without what says that there may be none. */
function unwrapped(schema: z.ZodType): z.ZodType {
  let at: z.ZodType = schema;
  while (
    at instanceof z.ZodOptional ||
    at instanceof z.ZodNullable ||
    at instanceof z.ZodDefault ||
    at instanceof z.ZodPrefault ||
    at instanceof z.ZodReadonly
  ) {
    at = at.unwrap() as z.ZodType;
  }
  return at;
}
