import type { DocumentDefinition } from "../../define/document.ts";
import { personalWithin } from "../../define/personal.ts";
import { MASKED, maskValue } from "../../privacy/mask.ts";
import { isPlain } from "../../define/merge.ts";
import { eachLeaf, pathText, sameValue, type Segments, valueAt } from "../../sync/paths.ts";
import { declaredPath } from "./paths.ts";

/** A leaf of a document that would differ. */
export interface Difference {
  readonly at: Segments;
  /** What stands; undefined: nothing. */
  readonly recorded: unknown;
  /** What would. */
  readonly rehearsed: unknown;
}

/** A difference as it is shown: personal values masked, long ones cut; `now` or `then` is left out where there is none. */
export interface ShownDifference {
  readonly path: string;
  readonly now?: unknown;
  readonly then?: unknown;
}

/** Longest value and longest path that are shown, in characters of JSON. */
const MAX_SHOWN = 200;

/** The leaves in which two documents differ, each once: scalars and whole arrays. */
export function differences(recorded: unknown, rehearsed: unknown): readonly Difference[] {
  const found: Difference[] = [];
  eachLeaf(recorded, (at, value) => {
    const other = valueAt(rehearsed, at);
    if (!sameValue(value, other))
      found.push({ at, recorded: value, rehearsed: isPlain(other) ? undefined : other });
  });
  eachLeaf(rehearsed, (at, value) => {
    const other = valueAt(recorded, at);
    // Where both have a leaf, it was found above.
    if (other === undefined || isPlain(other)) found.push({ at, recorded: undefined, rehearsed: value });
  });
  return found;
}

/**
 * The field that a path lies in: the path, with `*` for the names that data gives. Nothing of it is personal, and there
 * are no more fields than the schema has.
 */
export function fieldOf(document: DocumentDefinition | undefined, at: Segments): string {
  const path = document
    ? declaredPath(document.schema, at).path
    : at.map((name, index) => (index === 0 ? name : "*"));
  return cut(pathText(path));
}

/** A difference for whoever reads results, which are kept where no erasure looks. */
export function shown(
  document: DocumentDefinition | undefined,
  { at, recorded, rehearsed }: Difference,
): ShownDifference {
  const { personal = [[]], schema } = document ?? {};
  // What today's schema does not know may have been personal in one before.
  const known = schema !== undefined && declaredPath(schema, at).declared;
  const isPersonal = !known || personalWithin(personal, at).length > 0;
  const view = (value: unknown): unknown => short(known ? maskValue(value, personal, at) : MASKED);
  return {
    path: isPersonal ? fieldOf(document, at) : cut(pathText(at)),
    ...(recorded === undefined ? {} : { now: view(recorded) }),
    // oxlint-disable-next-line unicorn/no-thenable -- nobody awaits a difference, and it is a value
    ...(rehearsed === undefined ? {} : { then: view(rehearsed) }),
  };
}

function short(value: unknown): unknown {
  const json = JSON.stringify(value);
  return json.length <= MAX_SHOWN ? value : cut(typeof value === "string" ? value : json);
}

function cut(text: string): string {
  return (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text).toWellFormed();
}
