import { z } from "zod";

/**
 * Marks a schema as personal data: the audit chain commits to such a value without containing it (so erasure can
 * delete the value and the chain still verifies), and roles without the right see it masked.
 * Marking an object marks everything below it.
 */
export function personal<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), personal: true });
}

/** Where personal values lie in data of a schema: member names from the root; `*` stands for any index or key. */
export type PersonalPaths = readonly (readonly string[])[];

/** Finds every path that {@link personal} marks in `schema`. Outermost marks win; recursion through `z.lazy` is not followed. */
export function personalPathsOf(schema: z.ZodType): PersonalPaths {
  const found: string[][] = [];
  walk(schema, [], found);
  return found;
}

function walk(schema: z.core.$ZodType, path: string[], found: string[][]): void {
  if (z.globalRegistry.get(schema)?.["personal"] === true) {
    found.push(path);
    return;
  }
  if (schema instanceof z.ZodObject) {
    for (const [name, member] of Object.entries(schema.shape)) {
      walk(member, [...path, name], found);
    }
  } else if (schema instanceof z.ZodArray) {
    walk(schema.element, [...path, "*"], found);
  } else if (schema instanceof z.ZodRecord) {
    walk(schema.valueType, [...path, "*"], found);
  } else if (schema instanceof z.ZodUnion) {
    for (const option of schema.options) walk(option, path, found);
  } else if (schema instanceof z.ZodPipe) {
    walk(schema.out, path, found);
  } else if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  ) {
    walk(schema.unwrap(), path, found);
  }
}

/** Whether the value at `segments` is personal: marked itself, or below a marked object. */
export function isPersonal(paths: PersonalPaths, segments: readonly string[]): boolean {
  return paths.some(
    (path) =>
      path.length <= segments.length && path.every((name, index) => name === "*" || name === segments[index]),
  );
}
