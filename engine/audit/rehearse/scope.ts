import { type Condition, conditionOf, countItems, earlier, within } from "../../condition.ts";
import type { AppDefinition } from "../../define/app.ts";
import type { RuleDefinition } from "../../define/rule.ts";
import type { Documents } from "../../ports.ts";
import type { AuditRecord } from "../record.ts";

/** What is rehearsed: all records, as far as nothing is said. */
export interface RehearsalRequest {
  /** The name of a rule: the events that it takes today, and those that a rule of this name took. */
  readonly rule?: string | undefined;
  /** The name of a document: all its entities. */
  readonly entity?: string | undefined;
  /** Keys of entities, at most 1,000. */
  readonly entities?: readonly string[] | undefined;
  /** Recorded from then on, and before then: ISO 8601 UTC with milliseconds. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Which records are run again: those of a request, and which they are in the store. */
export interface RehearsalScope {
  /** The records in scope, as a condition. */
  readonly condition: Condition;
  /** The keys that were asked for, each once and in order; undefined: whatever has records in scope. */
  readonly keys: readonly string[] | undefined;
  readonly holds: (record: AuditRecord) => boolean;
}

/** Rows of a page of keys: one for each record in scope, so a few entities or many. */
const PAGE = 500;

/** The scope of a request. `before`: a time that bounds it where it says none, or a later one. */
export function scopeOf(
  { rule, entity, entities, since, until }: RehearsalRequest,
  app: AppDefinition,
  before?: string,
): RehearsalScope {
  const end = before === undefined ? until : earlier(until, before);
  const type = rule === undefined ? undefined : ruleNamed(rule, app)?.on.type;
  const keys = entities && [...new Set(entities)].toSorted();
  const asked = conditionOf(
    ["c.kind = 'audit'", ...(rule === undefined ? [] : [OF_RULE])],
    ["c.entity = @entity", entity],
    ["ARRAY_CONTAINS(@keys, c.key)", keys],
    ...within("c.at", { since, until: end }),
  );
  const parameters = rule === undefined ? {} : { rule, type: type ?? "" };
  return {
    condition: { ...asked, parameters: { ...asked.parameters, ...parameters } },
    keys,
    holds: (record) =>
      (rule === undefined || record.rule.name === rule || record.event.type === type) &&
      (since === undefined || record.at >= since) &&
      (end === undefined || record.at < end),
  };
}

const OF_RULE = "(c.rule.name = @rule OR c.event.type = @type)";

/** The rule of an app by its name. */
export function ruleNamed(name: string, { rules }: AppDefinition): RuleDefinition | undefined {
  return [...rules.values()].find((rule) => rule.name === name);
}

/** How many records are in scope. */
export function countScope(documents: Documents, { condition }: RehearsalScope): Promise<number> {
  return countItems(documents, "unified", condition);
}

/**
 * The keys of the entities to rehearse, in their order, from the one after `last`. One page of them is held at a time;
 * those asked for by name are given whether or not they have records.
 */
export async function* keysInScope(
  documents: Documents,
  { condition, keys }: RehearsalScope,
  last: string,
): AsyncGenerator<string> {
  if (keys) {
    yield* keys.filter((key) => key > last);
    return;
  }
  let after = last;
  for (;;) {
    const page = await documents.query<string>("unified", {
      text: `SELECT VALUE c.key FROM c WHERE ${condition.text} AND c.key > @after ORDER BY c.key`,
      parameters: { ...condition.parameters, after },
      limit: PAGE,
    });
    yield* new Set(page.items);
    // What is left of the last entity's records is not asked for again.
    after = page.items.at(-1) ?? after;
    if (page.next === null) return;
  }
}
