import { z } from "zod";
import { innerSchemas } from "./schema.ts";

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

/**
 * Finds every path that {@link personal} marks in `schema`; outermost marks win. Throws a TypeError where a mark could
 * not be followed: on the names of a record, which stand in paths, and inside a schema that holds itself.
 */
export function personalPathsOf(schema: z.core.$ZodType): PersonalPaths {
  const found: string[][] = [];
  const cycles: string[][] = [];
  const around = new Map<z.core.$ZodType, string[]>();
  const walk = (at: z.core.$ZodType, path: string[]): void => {
    if (z.globalRegistry.get(at)?.["personal"] === true) {
      found.push(path);
      return;
    }
    const again = around.get(at);
    if (again) {
      cycles.push(again);
      return;
    }
    around.set(at, path);
    for (const { schema: inner, name, aside } of innerSchemas(at)) {
      if (aside && at._zod.def.type === "record" && personalPathsOf(inner).length > 0) {
        throw new TypeError(
          `"${path.join(".")}" has personal names, which stand in every path: mark it as a whole`,
        );
      }
      walk(inner, name === undefined ? path : [...path, name]);
    }
    around.delete(at);
  };
  walk(schema, []);
  const endless = found.find((path) => cycles.some((cycle) => startsWith(path, cycle)));
  if (endless) {
    throw new TypeError(
      `"${endless.join(".")}" is personal inside a schema that holds itself: mark that as a whole`,
    );
  }
  return found.filter(
    (path, index) =>
      !found.some((other, place) => startsWith(path, other) && (other.length < path.length || place < index)),
  );
}

/**
 * Where the value at `segments` holds personal values, as paths from that value on: `[[]]` where it is personal
 * itself, by its own mark or one above it; none where it holds none.
 */
export function personalWithin(paths: PersonalPaths, segments: readonly string[]): PersonalPaths {
  return paths.flatMap((path) => {
    const shared = Math.min(path.length, segments.length);
    const meets = path.slice(0, shared).every((name, index) => name === "*" || name === segments[index]);
    return meets ? [path.slice(segments.length)] : [];
  });
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.length <= path.length && start.every((name, index) => name === path[index]);
}
