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
import { undoEvent } from "../../../engine/sync/control.ts";
import { type Folded, type Folding, foldingOf } from "../../../engine/sync/fold-next.ts";
import type { Undo } from "../../../engine/undo/standing-undos.ts";
import { takeBack } from "../../../engine/undo/take-back.ts";
import { recordUndo } from "../../../engine/undo/undo-record.ts";
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

/** An event, that an operator skips it, or that one takes back what this record (from 0 on, and round again) did. */
export type Recordable = CloudEvent | { readonly skip: CloudEvent } | { readonly undo: number };

/** The records of events in the order of their arrival, a minute apart from minute 100 on. */
export async function recorded(
  events: readonly Recordable[],
  app: AppDefinition = shop,
  hash = "hash",
): Promise<readonly AuditRecord[]> {
  const folding = foldingOf(app, () => hash);
  let state: EntityState = NOTHING;
  const records: AuditRecord[] = [];
  const undos: Undo[] = [];
  for (const each of events) {
    const at = minute(100 + records.length);
    const skipping = { eventId: "", reason: "a test of theirs", actor: "ana", at };
    let folded: Folded;
    if ("undo" in each) {
      const culprit = records[each.undo % records.length]?.event.id;
      if (culprit === undefined) continue;
      folded = await undone(records, state, { culprit, undos, at }, { app, folding });
    } else {
      folded = "skip" in each ? folding.skip(state, each.skip, skipping, at) : folding.fold(state, each, at);
    }
    state = folded.state;
    // As the store gives it back.
    records.push(JSON.parse(JSON.stringify(folded.record)) as AuditRecord);
  }
  return records;
}

async function undone(
  records: readonly AuditRecord[],
  state: EntityState,
  { culprit, undos, at }: { culprit: string; undos: Undo[]; at: string },
  { app, folding }: { app: AppDefinition; folding: Folding },
): Promise<Folded> {
  const document = app.documents.get("person");
  if (!document) throw new Error("there are no persons");
  const by = { run: `${records.length}`, reason: "a mistake", actor: "ana", culprit: { event: culprit } };
  const event = undoEvent("person|1", by, at);
  const undo = { sequence: state.sequence + 1, event, culprit: by.culprit };
  const taken = await takeBack(records, state, {
    undo,
    earlier: [...undos],
    document,
    ruleOf: (record) => folding.ruleOf(record),
    ruleFor: (type) => app.rules.get(type),
  });
  undos.push(undo);
  return recordUndo(state, event, taken, { undoing: by, document, at, salt: new Uint8Array(16) });
}

interface Rehearsing {
  /** Of today's rules. */
  readonly hash: string | ((rule: RuleDefinition) => string);
  readonly holds: (record: AuditRecord) => boolean;
}

/** Rehearses records: all of them with rules of another version than today's, unless something else is said. */
export function rehearsed(
  records: readonly AuditRecord[],
  app: AppDefinition = shop,
  { hash = "today", holds = () => true }: Partial<Rehearsing> = {},
): Promise<RehearsedEntity> {
  const ruleHash = typeof hash === "string" ? (): string => hash : hash;
  return rehearseChain(records, { app, ruleHash, holds });
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

/**
 * What sources say in an hour, and operators skip of it or take back, in any order of arrival; some of it at the same
 * minute.
 */
export const arrivals: fc.Arbitrary<readonly Recordable[]> = fc
  .array(
    fc.record({
      at: fc.nat(20),
      what,
      source: fc.constantFrom("crm", "store"),
      by: fc.integer({ min: 0, max: 9 }),
      undo: fc.nat(9),
    }),
    { maxLength: 10 },
  )
  .map((said) =>
    said.map(({ at, what: { type, data }, source, by, undo }) => {
      if (by > 7) return { undo };
      const each = event(type, minute(at), data, source);
      return by === 0 ? { skip: each } : each;
    }),
  );
