import type { z } from "zod";
import { innerSchemas } from "../define/schema.ts";
import type { Segments } from "../sync/paths.ts";

/** A path as a schema has it. */
export interface DeclaredPath {
  /** The path with `*` for each name that the data gives: a key of a record may itself be a personal value. */
  readonly path: Segments;
  /** Whether the schema has such a path; one that an older schema had it may lack. */
  readonly declared: boolean;
}

/** Where a path of data lies in its schema. */
export function declaredPath(schema: z.core.$ZodType, segments: Segments): DeclaredPath {
  let at: readonly z.core.$ZodType[] = [schema];
  let declared = true;
  const path = segments.map((name, depth) => {
    const members = at.flatMap((each) => membersOf(each));
    const named = members.filter((member) => member.name === name);
    const unnamed = members.filter((member) => member.name === "*");
    at = (named.length > 0 ? named : unnamed).map((member) => member.schema);
    if (named.length > 0) return name;
    declared &&= unnamed.length > 0;
    // Names at the top are those of sub-schemas, in older schemas as well.
    return depth === 0 && unnamed.length === 0 ? name : "*";
  });
  return { path, declared };
}

interface Member {
  readonly schema: z.core.$ZodType;
  readonly name: string;
}

/** What data of a schema is directly made of, through all that wraps it. */
function membersOf(schema: z.core.$ZodType, around: ReadonlySet<z.core.$ZodType> = new Set()): Member[] {
  if (around.has(schema)) return [];
  const within = new Set([...around, schema]);
  return innerSchemas(schema).flatMap(({ schema: inner, name, aside }) => {
    // `never` is how a strict object says that it has no other members.
    if (aside || inner._zod.def.type === "never") return [];
    return name === undefined ? membersOf(inner, within) : [{ schema: inner, name }];
  });
}
