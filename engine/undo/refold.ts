import type { DocumentDefinition } from "../define/document.ts";
import { type Before, keepValid } from "../sync/keep-valid.ts";
import type { Sighting } from "../sync/observed.ts";
import { type Assertion, resolve } from "../sync/resolve.ts";

/** A document that some of its events give; before the first it is this. */
export const UNTOLD: Before = { data: undefined, observed: {} };

/**
 * Resolves what an event said, as folding it does, without asking its rule. Pure. What then rests on the event holds
 * `sighting` itself, by which it can be told from others of the same source and time.
 */
export function refold(
  before: Before,
  assertions: readonly Assertion[],
  sighting: Sighting,
  document: DocumentDefinition,
  order: "observation" | "arrival",
): Before {
  const resolution = resolve(before.data, before.observed, assertions, sighting, document, order);
  const { data, observed } =
    resolution.refused.length > 0 && resolution.changes.length > 0
      ? keepValid(before, document.schema, resolution)
      : resolution;
  return { data, observed };
}
