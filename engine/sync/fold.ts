import type { AuditRecord, Outcome } from "../audit/record.ts";
import { seal, type Unsealed } from "../audit/chain.ts";
import { nextRecord } from "../audit/next-record.ts";
import type { CloudEvent } from "../define/event.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { RuleError } from "../errors/rule-error.ts";
import { applyRule, type RuleAnswer } from "./apply-rule.ts";
import { keepValid } from "./keep-valid.ts";
import type { Erased } from "../privacy/erased.ts";
import type { Observed } from "./observed.ts";
import { type Resolution, resolve } from "./resolve.ts";

/** Where an entity stands: what folding its events needs, and what it gives. */
export interface EntityState {
  /** The unified document; undefined before the first event and after a removal. */
  readonly data: unknown;
  /** Counts the changes of the document, its removal included. */
  readonly version: number;
  /** Counts its audit records. */
  readonly sequence: number;
  /** Hash of the newest audit record. */
  readonly head: string | null;
  readonly observed: Observed;
  /** Its personal values were erased, the last time: what was seen before that takes no effect. */
  readonly erased?: Erased;
}

/** An entity that no event has spoken of. */
export const NOTHING: EntityState = { data: undefined, version: 0, sequence: 0, head: null, observed: {} };

/** What folding needs from outside, so that it stays pure. */
export interface FoldContext {
  /** When the event is recorded: ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** 16 random bytes for the commitments to personal values. */
  readonly salt: Uint8Array;
  /** SHA-256 of the rule as built. */
  readonly ruleHash: string;
}

/**
 * Folds one event into an entity: the state after it, and its audit record. Pure. Throws a RuleError when the rule
 * fails for good.
 */
export function foldEvent(
  state: EntityState,
  event: CloudEvent,
  rule: RuleDefinition,
  context: FoldContext,
): { state: EntityState; record: AuditRecord } {
  const answer = applyRule(rule, state.data, event);
  const { data, observed, changes, refused } = resolveAnswer(state, event, rule, answer);
  for (const { subSchema, path } of changes) {
    if (answer.kind === "next" && rule.touches && !rule.touches.includes(subSchema)) {
      throw new RuleError(
        rule.name,
        `altered ${path}, but declares that it touches ${rule.touches.join(", ")} only`,
      );
    }
  }
  const { outcome, reason } = judge(state, answer, { data, observed, changes, refused });
  const version = state.version + (changes.length > 0 ? 1 : 0);
  const unsealed: Unsealed = {
    ...nextRecord(state, event, context.at),
    version,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    rule: { name: rule.name, hash: context.ruleHash },
    changes,
    ...(refused.length > 0 ? { refused } : {}),
  };
  const record = sealed(unsealed, rule, context.salt);
  const after = { ...state, data, version, sequence: record.sequence, head: record.hash, observed };
  return { state: after, record };
}

/** A value that JSON cannot say (a lone surrogate made by a rule, say) is a fault of the rule, not of the store. */
function sealed(record: Unsealed, rule: RuleDefinition, salt: Uint8Array): AuditRecord {
  try {
    return seal(record, rule.on, salt);
  } catch (error) {
    throw new RuleError(rule.name, `answered what JSON cannot say: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function resolveAnswer(
  state: EntityState,
  event: CloudEvent,
  rule: RuleDefinition,
  answer: RuleAnswer,
): Resolution {
  if (answer.kind === "skip") return { data: state.data, observed: state.observed, changes: [], refused: [] };
  const assertions = answer.kind === "remove" ? [{ at: [], value: undefined }] : answer.assertions;
  const sighting = { time: event.time, source: event.source };
  const resolution = resolve(state.data, state.observed, assertions, sighting, rule.to, rule.order);
  // Only a document of which some part stood and some did not can be one that no rule answered.
  return resolution.refused.length > 0 && resolution.changes.length > 0
    ? keepValid(state, rule.to.schema, resolution)
    : resolution;
}

function judge(
  state: EntityState,
  answer: RuleAnswer,
  { data, changes, refused }: Resolution,
): { outcome: Outcome; reason?: string } {
  if (answer.kind === "skip") return { outcome: "skipped", reason: answer.reason };
  if (changes.length === 0) {
    if (refused.length === 0) return { outcome: "unchanged" };
    const invalid = refused.some(({ reason }) => reason === "invalid");
    return { outcome: "skipped", reason: invalid ? "invalid" : "stale" };
  }
  if (data === undefined) {
    return { outcome: "removed", ...(answer.kind === "remove" ? { reason: answer.reason } : {}) };
  }
  return { outcome: state.data === undefined ? "created" : "updated" };
}
