import type { DocumentDefinition } from "../../define/document.ts";
import { isPlain } from "../../define/merge.ts";
import { shownAt } from "../../privacy/in-results.ts";
import { eachLeaf, sameValue, type Segments, valueAt } from "../../sync/paths.ts";

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

/** A difference as a result may show it. */
export function shown(
  document: DocumentDefinition | undefined,
  { at, recorded, rehearsed }: Difference,
): ShownDifference {
  const { path, value } = shownAt(document, at);
  return {
    path,
    ...(recorded === undefined ? {} : { now: value(recorded) }),
    // oxlint-disable-next-line unicorn/no-thenable -- nobody awaits a difference, and it is a value
    ...(rehearsed === undefined ? {} : { then: value(rehearsed) }),
  };
}
