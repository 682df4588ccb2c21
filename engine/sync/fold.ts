import { type AuditRecord, auditId, type Outcome } from "../audit/record.ts";
import { seal, type Unsealed } from "../audit/chain.ts";
import type { CloudEvent } from "../define/event.ts";
import { parseKey } from "../define/key.ts";
import type { RuleDefinition } from "../define/rule.ts";
import { RuleError } from "../errors/rule-error.ts";
import { applyRule, type RuleAnswer } from "./apply-rule.ts";
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
  const { entity, id } = parseKey(event.subject);
  const unsealed: Unsealed = {
    id: auditId(event.id),
    kind: "audit",
    key: event.subject,
    entity,
    entityId: id,
    sequence: state.sequence + 1,
    version,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    rule: { name: rule.name, hash: context.ruleHash },
    event,
    changes,
    ...(refused.length > 0 ? { refused } : {}),
    at: context.at,
    previous: state.head,
  };
  const record = sealed(unsealed, rule, context.salt);
  return { state: { data, version, sequence: record.sequence, head: record.hash, observed }, record };
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
    ? keepValid(state, rule, resolution)
    : resolution;
}

/**
 * A document that mixes two observations may break its schema (half an address). The sub-schemas at fault then stay
 * as they were, and what would have changed there is refused; all of it, where the document is still none after that.
 */
function keepValid(state: EntityState, rule: RuleDefinition, resolution: Resolution): Resolution {
  const broken = brokenParts(rule, resolution.data);
  if (broken.size === 0) return resolution;
  const kept = refuseAsInvalid(state, resolution, (path) => broken.has(path.split(".")[0] ?? ""));
  return brokenParts(rule, kept.data).size === 0 ? kept : refuseAsInvalid(state, resolution, () => true);
}

/** The sub-schemas that the schema refuses; `""` stands for the document as a whole. */
function brokenParts(rule: RuleDefinition, data: unknown): ReadonlySet<string> {
  const parsed = data === undefined ? undefined : rule.to.schema.safeParse(data);
  return new Set(parsed?.error?.issues.map((issue) => String(issue.path[0] ?? "")));
}

function refuseAsInvalid(
  state: EntityState,
  resolution: Resolution,
  isBroken: (path: string) => boolean,
): Resolution {
  const before = state.data as Record<string, unknown> | undefined;
  const data: Record<string, unknown> = { ...(resolution.data as Record<string, unknown>) };
  for (const name of Object.keys({ ...before, ...data }).filter(isBroken)) {
    if (before && Object.hasOwn(before, name)) data[name] = before[name];
    else delete data[name];
  }
  const pick = (from: Observed, wanted: boolean): Observed =>
    Object.fromEntries(Object.entries(from).filter(([path]) => isBroken(path) === wanted));
  return {
    data: Object.keys(data).length > 0 ? data : undefined,
    observed: { ...pick(resolution.observed, false), ...pick(state.observed, true) },
    changes: resolution.changes.filter((change) => !isBroken(change.path)),
    refused: [
      ...resolution.refused,
      ...resolution.changes
        .filter((change) => isBroken(change.path))
        .map(({ old: _old, ...change }) => ({ ...change, reason: "invalid" as const })),
    ],
  };
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
