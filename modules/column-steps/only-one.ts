import type { z } from "zod";

/** An object schema of optional members of which exactly one must be given; the others may not. */
export function onlyOne<T extends z.ZodObject>(schema: T, what: string): T {
  const names = Object.keys(schema.shape).join(", ");
  return schema.refine(
    (value) => Object.values(value).filter((member) => member !== undefined).length === 1,
    `${what} must have exactly one of ${names}`,
  );
}
