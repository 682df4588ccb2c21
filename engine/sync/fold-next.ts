import { randomBytes } from "node:crypto";
import { type AuditRecord, auditId } from "../audit/record.ts";
import { ALL_PERSONAL, seal, type Unsealed } from "../audit/chain.ts";
import type { AppDefinition } from "../define/app.ts";
import type { CloudEvent } from "../define/event.ts";
import { parseKey } from "../define/key.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { RuleError } from "../errors/rule-error.ts";
import { BY_OPERATOR, type Skipping } from "./control.ts";
import { type EntityState, foldEvent } from "./fold.ts";

/** An entity after an event, and the event's audit record. */
export interface Folded {
  readonly state: EntityState;
  readonly record: AuditRecord;
}

/** How an app folds the next event of an entity; `at` is when it is recorded. */
export interface Folding {
  /** Through its rule. Throws, always the same for the same, where that fails for good. */
  fold(state: EntityState, event: CloudEvent, at: string): Folded;
  /** Past its rule, as an operator wants it. Throws where JSON cannot say the event. */
  skip(state: EntityState, event: CloudEvent, skipping: Skipping, at: string): Folded;
}

/** The folding of an app. `ruleHash` gives the hash of a rule as built. */
export function foldingOf(app: AppDefinition, ruleHash: (rule: RuleDefinition) => string): Folding {
  return {
    fold(state, event, at) {
      const rule = app.rules.get(event.type);
      if (!rule) throw new RuleError("(none)", `no rule takes the event ${event.type}`);
      return foldEvent(state, event, rule, { at, salt: randomBytes(16), ruleHash: ruleHash(rule) });
    },

    skip(state, event, { actor, reason }, at) {
      const { entity, id: entityId } = parseKey(event.subject);
      const unsealed: Unsealed = {
        id: auditId(event.id),
        kind: "audit",
        key: event.subject,
        entity,
        entityId,
        sequence: state.sequence + 1,
        version: state.version,
        outcome: "skipped",
        reason: `skipped by ${actor}: ${reason}`,
        rule: BY_OPERATOR,
        event: wellFormed(event),
        changes: [],
        at,
        previous: state.head,
      };
      const parts = app.rules.get(event.type)?.on ?? ALL_PERSONAL;
      const record = seal(unsealed, parts, randomBytes(16));
      return { state: { ...state, sequence: record.sequence, head: record.hash }, record };
    },
  };
}

/** Half a surrogate pair in its data may be just why an event cannot be folded; it cannot be hashed, either. */
function wellFormed(event: CloudEvent): CloudEvent {
  const text = (_: string, value: unknown): unknown =>
    typeof value === "string" ? value.toWellFormed() : value;
  return JSON.parse(JSON.stringify(event), text) as CloudEvent;
}
