import { BLANK, replayRecord } from "../audit/replay.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { DocumentDefinition } from "../define/document.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { eraseDocument } from "../privacy/erase-document.ts";
import { BY_ERASURE, ERASER } from "../privacy/erased.ts";
import { isControl } from "../sync/control.ts";
import type { EntityState } from "../sync/fold.ts";
import { type Before, keepValid } from "../sync/keep-valid.ts";
import { type Sighting, standingAt } from "../sync/observed.ts";
import { pathSegments } from "../sync/paths.ts";
import type { Resolution } from "../sync/resolve.ts";
import { assertedBy } from "./asserted.ts";
import { refold, UNTOLD } from "./refold.ts";
import { restore } from "./restore.ts";
import { fateBy, type Undo } from "./standing-undos.ts";

/** What an undo goes by, beside the chain. */
export interface TakingBack {
  readonly undo: Undo;
  /** The undos before it in the chain, in order. */
  readonly earlier: readonly Undo[];
  readonly document: DocumentDefinition;
  /** The rule that decided a record, where the app still has it as it was built then. */
  readonly ruleOf: (record: AuditRecord) => RuleDefinition | undefined;
  /** The rule that takes events of a type now. */
  readonly ruleFor: (type: string) => RuleDefinition | undefined;
}

/** What an undo comes to. */
export interface TakenBack extends Resolution {
  /** Paths that are without a value now, since an erasure took the one from before. */
  readonly erased: readonly string[];
  /** Place in the chain of the last record that was read. */
  readonly sequence: number;
}

/**
 * What is left of an entity when the culprit's doing is taken back: its records are resolved anew without those, each
 * by what its event said at the time, and whatever rests on the culprit's sightings becomes as it is then. Sub-schemas
 * that would not fit the schema stay as they are, and are refused as invalid. Writes nothing; reads the chain once, a
 * record at a time.
 */
export async function takeBack(
  chain: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
  present: Pick<EntityState, "data" | "observed">,
  { undo, earlier, document, ruleOf, ruleFor }: TakingBack,
): Promise<TakenBack> {
  const fateOf = fateBy(undo, earlier);
  const standing = sightingsIn(present.observed);
  const taken = new Set<string>();
  const back = new WeakSet<Sighting>();
  const erasures = new WeakSet<Sighting>();
  let readmits = false;
  let replayed = BLANK;
  let without: Before = UNTOLD;
  for await (const record of chain) {
    const { event } = record;
    const fate = fateOf(record);
    if (fate === "taken") {
      const seen = named(event);
      if (standing.has(seen)) taken.add(seen);
    } else if (isErasure(record)) {
      const sighting: Sighting = { time: record.at, source: ERASER };
      erasures.add(sighting);
      without = eraseDocument(without, document, sighting);
    } else if (fate !== "lost") {
      const rule = ruleFor(event.type);
      const known = { current: replayed.data, document, rule, asBuilt: ruleOf(record) !== undefined };
      const sighting: Sighting = { time: event.time, source: event.source };
      if (fate === "back") {
        readmits = true;
        back.add(sighting);
      }
      const order = rule?.order ?? "observation";
      without = refold(without, assertedBy(record, known), sighting, document, order);
    }
    replayed = replayRecord(replayed, record);
  }
  const concerned = {
    taken: (sighting: Sighting) => taken.has(named(sighting)),
    back: (sighting: Sighting) => back.has(sighting),
    readmits,
  };
  const resolution = keepValid(present, document.schema, restore(present, without, concerned, document));
  const erased = resolution.changes.flatMap(({ path, new: value }) => {
    const sighting = standingAt(without.observed, document.priority, pathSegments(path));
    return value === undefined && sighting && erasures.has(sighting) ? [path] : [];
  });
  return { ...resolution, erased, sequence: replayed.sequence };
}

/** The record of the erasure itself; that of an event which came too late for it has an event of another kind. */
function isErasure({ rule, event }: AuditRecord): boolean {
  return rule.name === BY_ERASURE.name && isControl(event);
}

/** The sightings that a document rests on, which alone are of interest. */
function sightingsIn(observed: EntityState["observed"]): ReadonlySet<string> {
  const said = Object.values(observed).flatMap((sighting) => sighting.said ?? []);
  return new Set([
    ...Object.values(observed).map(named),
    ...said.map(([time, , source]) => named({ time, source })),
  ]);
}

function named({ time, source }: Sighting): string {
  return `${time} ${source}`;
}
