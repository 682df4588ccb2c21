import { fieldOf } from "../privacy/in-results.ts";
import type { DocumentDefinition } from "../define/document.ts";
import { pathSegments } from "../sync/paths.ts";

/** How many of each name. */
export type Counts = Readonly<Record<string, number>>;

/** Most paths that are counted one by one. */
const PATHS = 200;
const OTHERS = "(other paths)";

/**
 * Counts the field of each entry: its path, with `*` for names that the data gave. No erasure looks at the result of a
 * run, and such a name may be a person's.
 */
export function counting(
  counts: Counts,
  entries: readonly { readonly path: string }[],
  document: DocumentDefinition | undefined,
): Counts {
  const next: Record<string, number> = { ...counts };
  for (const { path } of entries) {
    const field = fieldOf(document, pathSegments(path));
    const name = Object.hasOwn(next, field) || Object.keys(next).length < PATHS ? field : OTHERS;
    next[name] = (Object.hasOwn(next, name) ? (next[name] ?? 0) : 0) + 1;
  }
  return next;
}
