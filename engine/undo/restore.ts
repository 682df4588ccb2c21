import type { DocumentDefinition } from "../define/document.ts";
import { isPlain } from "../define/merge.ts";
import type { Before } from "../sync/keep-valid.ts";
import { type Sighting, standingAt } from "../sync/observed.ts";
import {
  eachLeaf,
  pathSegments,
  pathText,
  sameValue,
  type Segments,
  valueAt,
  withValue,
} from "../sync/paths.ts";
import type { Change, Resolution } from "../sync/resolve.ts";
import { restoreSince } from "./restore-since.ts";

/** Whose sightings an undo concerns. */
export interface Concerned {
  /** Of what is taken back. */
  taken(sighting: Sighting): boolean;
  /** Of what counts again. */
  back(sighting: Sighting): boolean;
  /** Whether anything counts again. */
  readonly readmits: boolean;
}

/** What of a document's definition decides what stands. */
export type Deciding = Pick<DocumentDefinition, "priority" | "since">;

/**
 * The document as it stands, with everything that rests on what is taken back as it is in `without`, the document that
 * the other events alone give: values with the sightings that they had. So is everything that rests there on what
 * counts again. What rests on others stays.
 */
export function restore(
  present: Before,
  without: Before,
  concerned: Concerned,
  deciding: Deciding,
): Resolution {
  const isConcerned = (at: Segments): boolean => {
    const text = pathText(at);
    const now = [present.observed[text], standingAt(present.observed, deciding.priority, at)];
    const then = [without.observed[text], standingAt(without.observed, deciding.priority, at)];
    return (
      now.some((sighting) => sighting && concerned.taken(sighting)) ||
      then.some((sighting) => sighting && concerned.back(sighting))
    );
  };

  let data = present.data;
  const observed: Record<string, Sighting> = { ...present.observed };
  const changes: Change[] = [];
  const change = (at: Segments, value: unknown): void => {
    const old = valueAt(data, at);
    if (sameValue(old, value)) return;
    data = withValue(data, at, value);
    changes.push({
      path: pathText(at),
      subSchema: at[0] ?? "",
      ...(old === undefined ? {} : { old }),
      ...(value === undefined ? {} : { new: value }),
    });
  };

  const leaves = leavesOf([present.data, without.data], deciding).filter(isConcerned);
  const leafIn = (at: Segments): unknown => {
    const value = valueAt(without.data, at);
    return isPlain(value) ? undefined : value;
  };
  // Removals first: where an object gives way to a scalar, or the reverse, the value comes last and stands.
  for (const at of leaves) {
    if (leafIn(at) === undefined && !isPlain(valueAt(data, at))) change(at, undefined);
  }
  for (const at of leaves) {
    const value = leafIn(at);
    // What is newer below stands against a scalar in the place of its object.
    if (value !== undefined && !isPlain(valueAt(data, at))) change(at, value);
  }
  for (const path of Object.keys({ ...present.observed, ...without.observed })) {
    if (path in deciding.since || !isConcerned(pathSegments(path))) continue;
    const sighting = without.observed[path];
    if (sighting) observed[path] = sighting;
    else delete observed[path];
  }
  for (const { path, value, sighting } of restoreSince(
    { present, without, data },
    concerned,
    isConcerned,
    deciding,
  )) {
    change(pathSegments(path), value);
    if (sighting) observed[path] = sighting;
    else delete observed[path];
  }
  return { data, observed, changes, refused: [] };
}

/** The places of all leaves of some documents, once each, but for those that the engine keeps itself. */
function leavesOf(documents: readonly unknown[], { since }: Deciding): readonly Segments[] {
  const found = new Map<string, Segments>();
  for (const document of documents) eachLeaf(document, (at) => void found.set(pathText(at), at));
  return [...found].flatMap(([text, at]) => (text in since ? [] : [at]));
}
