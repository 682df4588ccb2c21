import type { z } from "zod";
import type { DocumentDefinition } from "../define/document.ts";
import type { EntityState } from "../sync/fold.ts";
import type { Observed, Sighting } from "../sync/observed.ts";
import { eachLeaf, pathSegments, pathText, sameValue, type Segments, valueAt } from "../sync/paths.ts";
import type { Change } from "../sync/resolve.ts";
import { withoutPersonal } from "./without-personal.ts";

/** What erasing needs to know of a document's definition. */
export type Erasable = Pick<DocumentDefinition, "schema" | "personal">;

/** A document without its personal values, and what that changed. */
export type ErasedDocument = Pick<EntityState, "data" | "observed"> & { readonly changes: readonly Change[] };

/**
 * Takes the personal values out of a document. Where the rest breaks its schema, the sub-schemas at fault go whole;
 * where it still does, the whole document goes. `sighting` then holds every personal path, so that what was seen before
 * it does not come back; the names below these paths, which may be personal too, are forgotten. Without a definition
 * nobody knows what is personal: everything goes.
 */
export function eraseDocument(
  { data, observed }: Pick<EntityState, "data" | "observed">,
  definition: Erasable | undefined,
  sighting: Sighting,
): ErasedDocument {
  const personal = definition?.personal ?? [[]];
  const next = definition
    ? fitting(data, withoutPersonal(data, personal), definition.schema)
    : withoutPersonal(data, personal);
  const changes = changesOf(data, next);
  return { data: next, observed: withRemovals(observed, personal, changes, sighting), changes };
}

function fitting(before: unknown, after: unknown, schema: z.ZodObject): unknown {
  // What was at fault before, under an older schema, is no doing of the erasure.
  const known = brokenParts(schema, before);
  const broken = (data: unknown): string[] =>
    brokenParts(schema, data).filter((part) => !known.includes(part));
  const faults = broken(after);
  if (faults.length === 0) return after;
  const kept = Object.entries(after ?? {}).filter(([name]) => !faults.includes(name));
  const rest = kept.length > 0 ? Object.fromEntries(kept) : undefined;
  return broken(rest).length === 0 ? rest : undefined;
}

/** The sub-schemas that the schema refuses; `""` stands for the document as a whole. */
function brokenParts(schema: z.ZodObject, data: unknown): string[] {
  const parsed = data === undefined ? undefined : schema.safeParse(data);
  return (parsed?.error?.issues ?? []).map((issue) => String(issue.path[0] ?? ""));
}

function changesOf(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  eachLeaf(before, (at, old) => {
    const value = valueAt(after, at);
    if (sameValue(old, value)) return;
    const where = { path: pathText(at), subSchema: at[0] ?? "" };
    changes.push({ ...where, old, ...(value === undefined ? {} : { new: value }) });
  });
  return changes;
}

function withRemovals(
  observed: Observed,
  personal: readonly Segments[],
  changes: readonly Change[],
  sighting: Sighting,
): Observed {
  const places = new Set(changes.map(({ path }) => path));
  for (const path of personal) {
    if (!path.includes("*")) places.add(pathText(path));
    for (const at of Object.keys(observed)) {
      const segments = pathSegments(at);
      if (leadsTo(path, segments)) places.add(pathText(segments.slice(0, path.length)));
    }
  }
  const isErased = (at: string): boolean => {
    const segments = pathSegments(at);
    return segments.some((_, end) => places.has(pathText(segments.slice(0, end + 1)))) || places.has("");
  };
  const kept = Object.entries(observed).filter(([at]) => !isErased(at));
  return { ...Object.fromEntries(kept), ...Object.fromEntries([...places].map((at) => [at, sighting])) };
}

/** Whether a place lies at or below what a personal path means. */
function leadsTo(path: Segments, at: Segments): boolean {
  return path.length <= at.length && path.every((name, index) => name === "*" || name === at[index]);
}
