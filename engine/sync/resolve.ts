import type { DocumentDefinition, Priority } from "../define/document.ts";
import { isPlain } from "../define/merge.ts";
import { type Defeat, defeat, type Observed, type Sighting, standingAt } from "./observed.ts";
import { Draft, eachLeaf, pathSegments, pathText, sameValue, type Segments, valueAt } from "./paths.ts";
import { sinceWhen } from "./since.ts";

/** One change of a document. `old` or `new` is left out where there was or is no value. */
export interface Change {
  readonly path: string;
  /** The top-level member that the path lies in. */
  readonly subSchema: string;
  readonly old?: unknown;
  readonly new?: unknown;
}

/** A value that an event brought and that did not stand. */
export interface Refusal {
  readonly path: string;
  readonly subSchema: string;
  /** What it would have been; left out for a removal. */
  readonly new?: unknown;
  readonly reason: Defeat | "invalid";
  /** The sighting that stood against it; none for `invalid`, nor where several members of an object did. */
  readonly standing?: Sighting;
}

/** What an event says of one path: a value, or (undefined) that there is none, there or anywhere below. */
export interface Assertion {
  readonly at: Segments;
  readonly value: unknown;
}

/** What assertions did to a document. */
export interface Resolution {
  /** Undefined when nothing is left of it. */
  readonly data: unknown;
  readonly observed: Observed;
  readonly changes: readonly Change[];
  readonly refused: readonly Refusal[];
}

/**
 * Decides path by path which assertions of one event stand, and applies those: each leaf is a register that the
 * newest (or highest-ranking) sighting holds, so that any order of arrival gives the same document. With `arrival`
 * everything stands. Paths that say since when others have their value follow from what stands.
 */
export function resolve(
  current: unknown,
  observed: Observed,
  assertions: readonly Assertion[],
  sighting: Sighting,
  { priority, since }: Pick<DocumentDefinition, "priority" | "since">,
  order: "observation" | "arrival",
): Resolution {
  const draft = new Draft(current);
  const seen: Record<string, Sighting> = { ...observed };
  const changes: Change[] = [];
  const refused: Refusal[] = [];

  const against = (at: Segments): { reason: Defeat; standing: Sighting } | undefined => {
    if (order === "arrival") return undefined;
    const standing = standingAt(seen, priority, at);
    const reason = standing && defeat(sighting, standing, priority, at);
    return reason && { reason, standing };
  };
  const change = (at: Segments, old: unknown, value: unknown): void => {
    if (sameValue(old, value)) return;
    draft.set(at, value);
    changes.push({
      ...where(at),
      ...(old === undefined ? {} : { old }),
      ...(value === undefined ? {} : { new: value }),
    });
  };
  const settle = (at: Segments, old: unknown, value: unknown): void => {
    if (sameValue(old, value)) return;
    const lost = against(at);
    if (lost) refused.push({ ...where(at), ...(value === undefined ? {} : { new: value }), ...lost });
    else change(at, old, value);
  };

  const clear = (at: Segments): void => {
    eachLeaf(valueAt(draft.root, at), (below, old) => {
      const leaf = [...at, ...below];
      if (!(pathText(leaf) in since)) settle(leaf, old, undefined);
    });
    // A removal is judged anew wherever sources have other ranks than above.
    const ranked = Object.keys(priority)
      .map(pathSegments)
      .filter((path) => isBelow(path, at))
      .toSorted((a, b) => a.length - b.length);
    for (const place of [at, ...ranked]) {
      if (!against(place)) observeRemoval(seen, place, sighting, priority);
    }
  };

  // Removals first: where an object gives way to a scalar, or the reverse, the new value comes last and stands.
  for (const { at, value } of assertions) if (value === undefined) clear(at);
  for (const { at, value } of assertions) {
    const text = pathText(at);
    if (value === undefined || text in since) continue;
    // A scalar in the place of an object removes what is older there; what is newer stands against it.
    if (isPlain(valueAt(draft.root, at))) clear(at);
    const members = valueAt(draft.root, at);
    if (isPlain(members)) {
      refused.push({ ...where(at), new: value, reason: "stale" });
      continue;
    }
    const stands = !against(at);
    settle(at, members, value);
    if (stands) seen[text] = sighting;
  }
  for (const companion of sinceWhen({ since, priority }, observed, assertions, sighting, draft.root)) {
    const at = pathSegments(companion.path);
    change(at, valueAt(draft.root, at), companion.value);
    if (companion.sighting.said?.length) seen[companion.path] = companion.sighting;
  }
  return { data: draft.root, observed: seen, changes, refused };
}

function where(at: Segments): { path: string; subSchema: string } {
  return { path: pathText(at), subSchema: at[0] ?? "" };
}

function isBelow(path: Segments, at: Segments): boolean {
  return path.length > at.length && at.every((name, index) => name === path[index]);
}

/** Notes that nothing was there, and forgets the sightings below that this one beats. */
function observeRemoval(
  seen: Record<string, Sighting>,
  at: Segments,
  sighting: Sighting,
  priority: Priority,
): void {
  const text = pathText(at);
  for (const [path, standing] of Object.entries(seen)) {
    const below = text === "" || path === text || path.startsWith(`${text}.`);
    if (below && !defeat(sighting, standing, priority, pathSegments(path))) delete seen[path];
  }
  seen[text] = sighting;
}

/**
 * What an event asserts, from the document before and after its rule: what changed, what `asserted` names (the
 * rule used `merge`), and what `blank` (the rule's answer to no document at all) says and the next document too.
 */
export function assertionsOf(
  current: unknown,
  next: unknown,
  asserted: readonly Segments[],
  blank: unknown,
): readonly Assertion[] {
  const found = new Map<string, Assertion>();
  const note = (at: Segments, value: unknown): void => {
    found.set(pathText(at), { at, value });
  };
  for (const at of asserted) {
    const value = valueAt(next, at);
    if (isPlain(value)) eachLeaf(value, (below, leaf) => note([...at, ...below], leaf));
    else note(at, value);
  }
  eachLeaf(current, (at) => {
    const value = valueAt(next, at);
    if (value === undefined || isPlain(value)) note(at, undefined);
  });
  eachLeaf(next, (at, value) => {
    if (!sameValue(valueAt(current, at), value)) note(at, value);
  });
  eachLeaf(blank, (at, value) => {
    if (sameValue(valueAt(next, at), value)) note(at, value);
  });
  return [...found.values()];
}
