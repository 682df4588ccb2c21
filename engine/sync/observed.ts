import type { Priority } from "../define/document.ts";
import { pathText, type Segments } from "./paths.ts";
import type { Statement } from "./since.ts";

/** Who saw a value, and when: what a path's value has to stand on. */
export interface Sighting {
  /** ISO 8601 UTC with milliseconds, so that text order is time order. */
  readonly time: string;
  readonly source: string;
  /** Of a path that says since when another has its value: what was said of that one. */
  readonly said?: readonly Statement[];
}

/**
 * The sighting behind each path, removals included. A sighting at a path that has members below it is a removal of
 * everything there (`""`: of the entity), and stands for all of them.
 */
export type Observed = Readonly<Record<string, Sighting>>;

/** The rank of a source at a path: 0 is highest; sources that the priority does not list come after all it lists. */
export function rankOf(priority: Priority, segments: Segments, source: string): number {
  for (let length = segments.length; length > 0; length--) {
    const order = priority[pathText(segments.slice(0, length))];
    if (order) {
      const rank = order.indexOf(source);
      return rank < 0 ? order.length : rank;
    }
  }
  return 0;
}

/** Why a sighting loses: to a newer one, or to a source of higher priority. */
export type Defeat = "stale" | "priority";

/**
 * Whether `next` stands against `standing` at a path: undefined if it does, else why not. Priority first, then the
 * time. At the same time, two sources are told apart by name, so that every order of arrival ends alike; and what
 * one source says last stands, since its own clock cannot tell and its order of sending can.
 */
export function defeat(
  next: Sighting,
  standing: Sighting,
  priority: Priority,
  at: Segments,
): Defeat | undefined {
  const rank = rankOf(priority, at, next.source) - rankOf(priority, at, standing.source);
  if (rank !== 0) return rank < 0 ? undefined : "priority";
  if (next.time !== standing.time) return next.time > standing.time ? undefined : "stale";
  return next.source >= standing.source ? undefined : "stale";
}

/** The sighting that stands at a path: its own, or a removal of something above it, whichever beats the other. */
export function standingAt(observed: Observed, priority: Priority, segments: Segments): Sighting | undefined {
  let standing: Sighting | undefined;
  for (let length = 0; length <= segments.length; length++) {
    const sighting = observed[pathText(segments.slice(0, length))];
    if (sighting && (!standing || !defeat(sighting, standing, priority, segments))) standing = sighting;
  }
  return standing;
}
