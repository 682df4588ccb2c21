import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { CloudEvent, DocumentDefinition, RuleDefinition } from "../../../engine/define/index.ts";
import { controlOf, type Culprit, isControl, undoEvent } from "../../../engine/sync/control.ts";
import { type EntityState, foldEvent, NOTHING } from "../../../engine/sync/fold.ts";
import type { Undo } from "../../../engine/undo/standing-undos.ts";
import { type TakenBack, takeBack } from "../../../engine/undo/take-back.ts";
import { recordUndo } from "../../../engine/undo/undo-record.ts";
import { gone, goneRule, minute, person, told, toldRule, visited, visitedRule } from "../sync/shop.ts";

/** The rules of an app, by the type of their event. */
export type Rules = Readonly<Record<string, RuleDefinition>>;

/** The rules of the small domain. */
export const RULES: Rules = { [told.type]: toldRule, [gone.type]: goneRule, [visited.type]: visitedRule };

/** What every record is sealed with. */
export const SALT = new Uint8Array(16).fill(7);
let runs = 0;

/** An entity with its chain, in memory: what the processor keeps in the store. */
export interface Chain {
  readonly state: EntityState;
  readonly records: readonly AuditRecord[];
}

/** An entity that no event has spoken of. */
export const EMPTY: Chain = { state: NOTHING, records: [] };

/** What an app is made of. */
export interface Made {
  readonly rules?: Rules;
  readonly document?: DocumentDefinition;
  /** No rule is as it was when the records were made. */
  readonly rebuilt?: true;
}

/** An undo of what a culprit did to `person|1`, as a run of its own. */
export function undoOf(culprit: Culprit, run = `run-${(runs += 1)}`): CloudEvent {
  return undoEvent("person|1", { culprit, run, reason: "a mistake", actor: "ana" }, minute(700));
}

/** Folds events, undos among them, in the order given. */
export async function fold(
  events: readonly CloudEvent[],
  from: Chain = EMPTY,
  made: Made = {},
): Promise<Chain> {
  const { rules = RULES, document = person } = made;
  let { state } = from;
  const records = [...from.records];
  for (const event of events) {
    if (isControl(event)) {
      const taken = await takenBy(event, { state, records }, made);
      const control = controlOf(event);
      if (control.kind !== "undo") throw new Error(`no undo: ${event.type}`);
      const recording = { undoing: control.undo, document, at: minute(800), salt: SALT };
      const folded = recordUndo(state, event, taken, recording);
      state = folded.state;
      records.push(folded.record);
      continue;
    }
    const rule = rules[event.type];
    if (!rule) throw new Error(`no rule for ${event.type}`);
    const folded = foldEvent(state, event, rule, { at: minute(600), salt: SALT, ruleHash: "hash" });
    state = folded.state;
    records.push(folded.record);
  }
  return { state, records };
}

/** What an undo comes to. */
export function takenBy(event: CloudEvent, { state, records }: Chain, made: Made = {}): Promise<TakenBack> {
  const { rules = RULES, document = person, rebuilt = false } = made;
  const undos = [...records, { event, sequence: records.length + 1 }].flatMap((each): Undo[] => {
    if (!isControl(each.event)) return [];
    const control = controlOf(each.event);
    return control.kind === "undo"
      ? [{ sequence: each.sequence, event: each.event, culprit: control.undo.culprit }]
      : [];
  });
  const [undo, ...earlier] = undos.toReversed();
  if (!undo) throw new Error("no undo");
  return takeBack(records, state, {
    undo,
    earlier: earlier.toReversed(),
    document,
    ruleOf: (record) => (rebuilt ? undefined : rules[record.event.type]),
    ruleFor: (type) => rules[type],
  });
}
