import fc from "fast-check";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { type RehearsedEntity, rehearseChain } from "../../../engine/audit/rehearse/chain.ts";
import { differences } from "../../../engine/audit/rehearse/difference.ts";
import {
  type AppDefinition,
  type CloudEvent,
  defineApp,
  defineDocument,
  defineRule,
  type RuleDefinition,
  remove,
} from "../../../engine/define/index.ts";
import { type EntityState, NOTHING } from "../../../engine/sync/fold.ts";
import { foldingOf } from "../../../engine/sync/fold-next.ts";
import { spokenWith } from "../sync/sayings.ts";
import { event, gone, goneRule, minute, person, told, toldRule, visited, visitedRule } from "../sync/shop.ts";

/** The shop, as an app. */
export const shop = defineApp({ documents: [person], rules: [toldRule, goneRule, visitedRule] });

/** The shop with other rules for some of its events. */
export function shopWith(...rules: RuleDefinition[]): AppDefinition {
  const replaced = new Set(rules.map(({ on }) => on.type));
  const kept = [toldRule, goneRule, visitedRule].filter(({ on }) => !replaced.has(on.type));
  return defineApp({ documents: [person], rules: [...kept, ...rules] });
}

/** The shop on a person whose sources have ranks. */
export function rankedShop(priority: Readonly<Record<string, readonly string[]>>): AppDefinition {
  const on = defineDocument("person", {
    id: ["number"],
    since: person.since,
    schema: person.schema,
    priority,
  });
  const rule = (from: RuleDefinition): RuleDefinition =>
    defineRule({
      on: { ...from.on, about: on } as never,
      to: on,
      order: from.order,
      apply: from.apply as never,
    });
  return defineApp({
    documents: [on],
    rules: [
      rule(toldRule),
      rule(visitedRule),
      defineRule({ on: { ...gone, about: on }, to: on, apply: () => remove("gone") }),
    ],
  });
}

/** An event, or that an operator skips it. */
export type Recordable = CloudEvent | { readonly skip: CloudEvent };

/** The records of events in the order of their arrival, a minute apart from minute 100 on. */
export function recorded(
  events: readonly Recordable[],
  app: AppDefinition = shop,
  hash = "hash",
): readonly AuditRecord[] {
  const folding = foldingOf(app, () => hash);
  let state: EntityState = NOTHING;
  return events.map((each, index) => {
    const at = minute(100 + index);
    const skipping = { eventId: "", reason: "a test of theirs", actor: "ana", at };
    const folded =
      "skip" in each ? folding.skip(state, each.skip, skipping, at) : folding.fold(state, each, at);
    state = folded.state;
    // As the store gives it back.
    return JSON.parse(JSON.stringify(folded.record)) as AuditRecord;
  });
}

/** Rehearses records: all of them with rules of another version than today's, unless something else is said. */
export function rehearsed(
  records: readonly AuditRecord[],
  app: AppDefinition = shop,
  { hash = "today", holds = () => true }: { hash?: string; holds?: (record: AuditRecord) => boolean } = {},
): Promise<RehearsedEntity> {
  return rehearseChain(records, { app, ruleHash: () => hash, holds });
}

/** The paths that would differ. */
export function paths({ recorded, rehearsed }: RehearsedEntity): readonly string[] {
  return differences(recorded.data, rehearsed.data).map(({ at }) => at.join("."));
}

const text = fc.constantFrom("a", "b", "c");
const facts = spokenWith(text, fc.constantFrom("a", "b", "nobody"));
const what = fc.oneof(
  { weight: 6, arbitrary: facts.map((data) => ({ type: told.type, data })) },
  { weight: 1, arbitrary: fc.constant({ type: gone.type, data: {} }) },
  { weight: 1, arbitrary: fc.constant({ type: visited.type, data: {} }) },
);

/** What sources say in an hour and operators skip of it, in any order of arrival; some of it at the same minute. */
export const arrivals: fc.Arbitrary<readonly Recordable[]> = fc
  .array(
    fc.record({
      at: fc.nat(20),
      what,
      source: fc.constantFrom("crm", "store"),
      skipped: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 10 },
  )
  .map((said) =>
    said.map(({ at, what: { type, data }, source, skipped }) => {
      const each = event(type, minute(at), data, source);
      return skipped === 0 ? { skip: each } : each;
    }),
  );
