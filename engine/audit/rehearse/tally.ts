import type { DocumentDefinition } from "../../define/document.ts";
import type { RehearsedEntity } from "./chain.ts";
import type { DifferentDelivery } from "./deliveries.ts";
import { fieldOf } from "../../privacy/in-results.ts";
import { type Difference, shown, type ShownDifference } from "./difference.ts";
import { ruleFault } from "./fault.ts";

/** What a rehearsal of one entity came to. */
export interface Rehearsal {
  readonly key: string;
  readonly document: DocumentDefinition | undefined;
  readonly entity: RehearsedEntity;
  readonly differences: readonly Difference[];
  readonly deliveries: readonly DifferentDelivery[];
}

/** An entity that could not be rehearsed: the blob of a large record is not there. */
export interface Unreadable {
  readonly key: string;
  readonly unreadable: true;
}

/** An entity that would differ, as a result shows it: personal values masked, long ones cut. */
export interface Sample {
  readonly key: string;
  /** The first twenty. */
  readonly changes: readonly ShownDifference[];
  /** How many more there are. */
  readonly more?: number;
  /** The integrations to which something else would be delivered. */
  readonly deliveries: readonly string[];
  /** Of these, why a mapping would fail. */
  readonly failing?: Readonly<Record<string, string>>;
  /** The event at which the rule would fail, and how; the document would stay as the events before left it. */
  readonly parked?: { readonly eventId: string; readonly reason: string };
}

/** What a rehearsal came to so far. */
export interface Tally {
  /** Entities with records in scope, and these records. */
  readonly entities: number;
  readonly events: number;
  /** Of the records, those whose event was run through today's rules, and those of which an erasure left too little. */
  readonly rerun: number;
  readonly erased: number;
  /** Undos that were applied as they were recorded, after an event that another version decided was run again. */
  readonly undone: number;
  /** Entities whose document would differ; in each field how many. */
  readonly documents: number;
  readonly fields: Readonly<Record<string, number>>;
  /** Differences in fields beyond the thousand that are told apart. */
  readonly more?: number;
  /** By integration, to how many entities' destinations something else would be delivered. */
  readonly deliveries: Readonly<Record<string, number>>;
  /** Of these, how many would be refused because the mapping fails. */
  readonly failing?: Readonly<Record<string, number>>;
  /** Entities that would be parked. */
  readonly parked: number;
  /** Entities that could not be rehearsed. */
  readonly unreadable?: number;
  readonly samples: readonly Sample[];
}

/** Before the first entity. */
export const NO_TALLY: Tally = {
  entities: 0,
  events: 0,
  rerun: 0,
  erased: 0,
  undone: 0,
  documents: 0,
  fields: {},
  deliveries: {},
  parked: 0,
  samples: [],
};

const MOST_FIELDS = 1_000;
const MOST_SAMPLES = 25;
const MOST_CHANGES = 20;

/** A tally with one more entity; one without records in scope leaves it as it is. */
export function tallied(tally: Tally, rehearsal: Rehearsal | Unreadable): Tally {
  if ("unreadable" in rehearsal) return { ...tally, unreadable: (tally.unreadable ?? 0) + 1 };
  const { entity, differences, deliveries, document } = rehearsal;
  if (entity.events === 0) return tally;
  const counted: Tally = {
    ...tally,
    entities: tally.entities + 1,
    events: tally.events + entity.events,
    rerun: tally.rerun + entity.rerun,
    erased: tally.erased + entity.erased,
    undone: tally.undone + entity.undone,
    parked: tally.parked + (entity.parked ? 1 : 0),
  };
  if (differences.length === 0 && !entity.parked) return counted;
  const paths = [...new Set(differences.map(({ at }) => fieldOf(document, at)))];
  const { fields, more } = countFields(tally, paths);
  const failing = deliveries.filter(({ fault }) => fault !== undefined).map(({ integration }) => integration);
  return {
    ...counted,
    documents: tally.documents + (differences.length > 0 ? 1 : 0),
    fields,
    ...(more > 0 ? { more } : {}),
    deliveries: plus(
      tally.deliveries,
      deliveries.map(({ integration }) => integration),
    ),
    ...(tally.failing || failing.length > 0 ? { failing: plus(tally.failing ?? {}, failing) } : {}),
    samples: tally.samples.length < MOST_SAMPLES ? [...tally.samples, sampleOf(rehearsal)] : tally.samples,
  };
}

/** Whether anything would differ. */
export function differs({ documents, parked }: Tally): boolean {
  return documents > 0 || parked > 0;
}

function countFields(
  { fields, more = 0 }: Tally,
  paths: readonly string[],
): { fields: Tally["fields"]; more: number } {
  const room = MOST_FIELDS - Object.keys(fields).length;
  const fresh = paths.filter((path) => !Object.hasOwn(fields, path));
  const left = new Set(fresh.slice(Math.max(room, 0)));
  return {
    fields: plus(
      fields,
      paths.filter((path) => !left.has(path)),
    ),
    more: more + left.size,
  };
}

function plus(counts: Readonly<Record<string, number>>, names: readonly string[]): Record<string, number> {
  const sums = new Map(Object.entries(counts));
  for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1);
  return Object.fromEntries(sums);
}

function sampleOf({ key, document, entity: { parked }, differences, deliveries }: Rehearsal): Sample {
  const failing = deliveries.flatMap(({ integration, fault }) =>
    fault === undefined ? [] : [[integration, fault]],
  );
  const more = differences.length - MOST_CHANGES;
  return {
    key,
    changes: differences.slice(0, MOST_CHANGES).map((each) => shown(document, each)),
    ...(more > 0 ? { more } : {}),
    deliveries: deliveries.map(({ integration }) => integration),
    ...(failing.length > 0 ? { failing: Object.fromEntries(failing) as Record<string, string> } : {}),
    ...(parked ? { parked: { eventId: parked.eventId, reason: ruleFault(parked.error, parked.rule) } } : {}),
  };
}
