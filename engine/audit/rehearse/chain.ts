import type { AppDefinition } from "../../define/app.ts";
import { CONTROL_PREFIX } from "../../define/event.ts";
import type { RuleDefinition } from "../../define/rule.ts";
import { isControl } from "../../sync/control.ts";
import { type EntityState, NOTHING } from "../../sync/fold.ts";
import { type Folding, foldingOf } from "../../sync/fold-next.ts";
import { isErased } from "../erased.ts";
import type { AuditRecord } from "../record.ts";
import { Heard } from "./heard.ts";
import { applyRecorded, NO_DEFINITION, withToldTimes } from "./recorded.ts";
import { Statements } from "./statements.ts";
import { BLANK, type ReplayedState, replayRecord } from "../replay.ts";

const ERASURE = `${CONTROL_PREFIX}erase`;
const UNDO = `${CONTROL_PREFIX}undo`;

/** Today's rules, and which records they are to be run on again. */
export interface RehearsalRules {
  readonly app: AppDefinition;
  /** The hash of a rule as built. */
  readonly ruleHash: (rule: RuleDefinition) => string;
  readonly holds: (record: AuditRecord) => boolean;
}

/** What became of one entity. */
export interface RehearsedEntity {
  readonly recorded: ReplayedState;
  /** As today's rules would have it. */
  readonly rehearsed: EntityState;
  /** Its records in scope. */
  readonly events: number;
  /** Those of them whose event was run through today's rule. */
  readonly rerun: number;
  /** Those that could not be, because personal values were erased from them or from what stood before them. */
  readonly erased: number;
  /** Undos, in scope or not, that were applied as they were recorded after an event that another rule decided was run again. */
  readonly undone: number;
  /** The event at which today's rule fails for good; the later ones would wait. */
  readonly parked?: {
    readonly eventId: string;
    readonly rule: RuleDefinition | undefined;
    readonly error: unknown;
  };
}

/**
 * Folds the chain of an entity again, from nothing, beside the fold that was recorded. Events in scope go through
 * today's rule; so do others that the very same rule decided, which is exact. The rest is applied as it was recorded.
 * Holds one record at a time. Rejects with what `records` throws.
 */
export async function rehearseChain(
  records: AsyncIterable<AuditRecord> | Iterable<AuditRecord>,
  { app, ruleHash, holds }: RehearsalRules,
): Promise<RehearsedEntity> {
  const folding = foldingOf(app, ruleHash);
  const [heard, statements] = [new Heard(), new Statements()];
  let [recorded, rehearsed]: [ReplayedState, EntityState] = [BLANK, NOTHING];
  const counts = { events: 0, rerun: 0, erased: 0, undone: 0 };
  let parked: RehearsedEntity["parked"];
  let incomplete = false;
  // Up to the first event that is run again by another rule than the one that decided, an entity is as it was recorded:
  // rules are pure.
  let changed = false;
  for await (const record of records) {
    const before = recorded.data;
    recorded = replayRecord(recorded, record);
    const inScope = holds(record);
    if (inScope) counts.events += 1;
    if (parked) continue;

    const { event } = record;
    const rule = app.rules.get(event.type);
    const document = app.documents.get(record.entity);
    const gone = incomplete || isErased(record, "/event/data");
    incomplete = event.type === ERASURE ? false : incomplete || isErased(record, "/changes");
    const decided = !isControl(event) && record.rule.hash !== "";
    const again = inScope && decided && !gone;
    const todays = isTodays(record, rule, ruleHash);
    changed ||= again && !todays;
    const asked = again || (decided && !gone && todays);
    const observed = heard.sharpen(rehearsed, record, before, document?.priority ?? {});
    rehearsed = { ...rehearsed, observed };
    const folded = asked ? tryToFold(folding, rehearsed, record) : undefined;
    if (folded && "error" in folded && (again || changed)) {
      parked = { eventId: event.id, rule, error: folded.error };
      continue;
    }
    const stood = { before, after: recorded.data };
    const order = rule?.order ?? "observation";
    rehearsed =
      folded && "state" in folded
        ? folded.state
        : applyRecorded(rehearsed, { record, stood, document, order }, { heard, statements });
    if (again) counts.rerun += 1;
    else if (inScope && decided) counts.erased += 1;
    if (!changed) rehearsed = { ...rehearsed, data: recorded.data, version: recorded.version };
    else if (event.type === UNDO) counts.undone += 1;
    heard.note(record, asked);
    const definition = document ?? NO_DEFINITION;
    rehearsed = { ...rehearsed, observed: withToldTimes(rehearsed, definition) };
    statements.note(rehearsed.observed, record, definition.since);
  }
  return { recorded, rehearsed, ...counts, ...(parked ? { parked } : {}) };
}

/** Whether the very same rule, as built, decided a record. */
function isTodays(
  { rule: { name, hash } }: AuditRecord,
  rule: RuleDefinition | undefined,
  ruleHash: RehearsalRules["ruleHash"],
): boolean {
  return rule !== undefined && rule.name === name && ruleHash(rule) === hash;
}

/** The entity after an event, or what its rule failed with: the processor would park it, whatever was thrown. */
function tryToFold(
  folding: Folding,
  state: EntityState,
  { event, at }: AuditRecord,
): { readonly state: EntityState } | { readonly error: unknown } {
  try {
    return { state: folding.fold(state, event, at).state };
  } catch (error) {
    return { error };
  }
}
