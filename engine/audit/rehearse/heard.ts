import type { Priority } from "../../define/document.ts";
import type { EntityState } from "../../sync/fold.ts";
import { defeat, type Observed, type Sighting, standingAt } from "../../sync/observed.ts";
import { pathSegments, sameValue, valueAt } from "../../sync/paths.ts";
import type { AuditRecord } from "../record.ts";

/** Of a chain, how many events are remembered that were not run again. */
const MOST_EVENTS = 10_000;
/** How many values of a path are remembered, and of how many paths. */
const MOST_VALUES = 16;
const MOST_PATHS = 1_000;

/**
 * What one entity's records told so far beside their changes. A record does not list that its event said again what
 * stood already, by which a value stands on a newer sighting; a later record may tell, where it lost to that.
 */
export class Heard {
  /** Events that were not run again, by time and source. */
  readonly #unasked = new Set<string>();
  readonly #values = new Map<string, { readonly value: unknown; readonly sighting: Sighting }[]>();

  /** Notes what a record lists; `asked`: whether its rule was run again. */
  note({ event: { time, source }, changes, refused = [] }: AuditRecord, asked: boolean): void {
    if (!asked && this.#unasked.size < MOST_EVENTS) this.#unasked.add(nameOf({ time, source }));
    for (const { path, new: value } of [...changes, ...refused]) {
      const known = this.#values.get(path) ?? [];
      if (known.length === 0 && this.#values.size >= MOST_PATHS) continue;
      this.#values.set(path, [...known, { value, sighting: { time, source } }].slice(-MOST_VALUES));
    }
  }

  /** Under which sighting a value of a path was heard last. */
  sightingOf(path: string, value: unknown): Sighting | undefined {
    return this.#values.get(path)?.findLast((heard) => sameValue(heard.value, value))?.sighting;
  }

  /**
   * The sightings of an entity before a record, with those that its refusals name: where the value stands that stood
   * then (`before`), and who is named was not run again, it stands on what the record says it stood on.
   */
  sharpen(
    { data, observed }: EntityState,
    record: AuditRecord,
    before: unknown,
    priority: Priority,
  ): Observed {
    const sharper: Record<string, Sighting> = {};
    for (const { path, standing } of record.refused ?? []) {
      if (!standing || !this.#unasked.has(nameOf(standing))) continue;
      const at = pathSegments(path);
      if (!sameValue(valueAt(data, at), valueAt(before, at))) continue;
      const known = standingAt(observed, priority, at);
      const { time, source } = standing;
      if (!known || !defeat(standing, known, priority, at)) sharper[path] = { time, source };
    }
    return Object.keys(sharper).length > 0 ? { ...observed, ...sharper } : observed;
  }
}

function nameOf({ time, source }: Sighting): string {
  return `${time} ${source}`;
}
