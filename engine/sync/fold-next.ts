import { randomBytes } from "node:crypto";
import type { AuditRecord } from "../audit/record.ts";
import { ALL_PERSONAL, type PersonalParts, seal, type Unsealed } from "../audit/chain.ts";
import { nextRecord } from "../audit/next-record.ts";
import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { RuleError } from "../errors/rule-error.ts";
import { sealErased } from "../privacy/erase-record.ts";
import { BY_ERASURE, isTooLate, tooLate } from "../privacy/erased.ts";
import { BY_OPERATOR, type Skipping } from "./control.ts";
import { type EntityState, foldEvent } from "./fold.ts";

/** An entity after an event, and the event's audit record. */
export interface Folded {
  readonly state: EntityState;
  readonly record: AuditRecord;
}

/** How an app folds the next event of an entity; `at` is when it is recorded. */
export interface Folding {
  /**
   * Through its rule. Throws, always the same for the same, where that fails for good. One that was seen before the
   * entity was erased is skipped, as {@link Folding.erase} does it.
   */
  fold(state: EntityState, event: CloudEvent, at: string): Folded;
  /** Past its rule, as an operator wants it. Throws where JSON cannot say the event. */
  skip(state: EntityState, event: CloudEvent, skipping: Skipping, at: string): Folded;
  /** Past its rule, for that reason, with a record that never held its personal values. */
  erase(state: EntityState, event: CloudEvent, reason: string, at: string): Folded;
  /** The rule that decided a record, where the app still has it as it was built then. */
  ruleOf(record: Pick<AuditRecord, "rule" | "event">): RuleDefinition | undefined;
}

/** The folding of an app. `ruleHash` gives the hash of a rule as built. */
export function foldingOf(app: AppDefinition, ruleHash: (rule: RuleDefinition) => string): Folding {
  const skipped = (state: EntityState, event: CloudEvent, why: Why, at: string): Unsealed => ({
    ...nextRecord(state, wellFormed(event), at),
    version: state.version,
    outcome: "skipped",
    ...why,
    changes: [],
  });
  const partsOf = ({ type }: CloudEvent): PersonalParts => app.rules.get(type)?.on ?? ALL_PERSONAL;
  const erase: Folding["erase"] = (state, event, reason, at) =>
    recorded(state, sealErased(skipped(state, event, { reason, rule: BY_ERASURE }, at), partsOf(event)));
  return {
    fold(state, event, at) {
      const { erased } = state;
      if (erased && isTooLate(event, erased)) return erase(state, event, tooLate(erased), at);
      const rule = app.rules.get(event.type);
      if (!rule) throw new RuleError("(none)", `no rule takes the event ${event.type}`);
      return foldEvent(state, event, rule, { at, salt: randomBytes(16), ruleHash: ruleHash(rule) });
    },

    skip(state, event, { actor, reason }, at) {
      const why = { reason: `skipped by ${actor}: ${reason}`, rule: BY_OPERATOR };
      return recorded(state, seal(skipped(state, event, why, at), partsOf(event), randomBytes(16)));
    },

    erase,

    ruleOf({ rule, event }) {
      const known = app.rules.get(event.type);
      return known?.name === rule.name && ruleHash(known) === rule.hash ? known : undefined;
    },
  };
}

type Why = Required<Pick<Unsealed, "reason" | "rule">>;

/** An entity after a record that changed nothing of it. */
function recorded(state: EntityState, record: AuditRecord): Folded {
  return { state: { ...state, sequence: record.sequence, head: record.hash }, record };
}

/** Half a surrogate pair in its data may be just why an event cannot be folded; it cannot be hashed, either. */
function wellFormed(event: CloudEvent): CloudEvent {
  const text = (_: string, value: unknown): unknown =>
    typeof value === "string" ? value.toWellFormed() : value;
  return JSON.parse(JSON.stringify(event), text) as CloudEvent;
}
