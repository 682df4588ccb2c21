import { expect } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { CloudEvent, DataOf, Observation } from "../../../engine/define/index.ts";
import { entityId, entityKey } from "../../../engine/define/key.ts";
import { type EntityState, foldEvent, NOTHING } from "../../../engine/sync/fold.ts";
import app from "../../../functions/app.ts";
import type { customer } from "../../../schemas/customer.ts";

/** What a rule test expects; what it leaves out is not looked at. */
export interface Expected {
  /** The document in the end, whole; null: none. */
  document?: DataOf<typeof customer> | null;
  /** Of the last event. */
  outcome?: AuditRecord["outcome"];
  /** Of the last event. */
  reason?: string;
  /** Paths that the last event changed. */
  changes?: string[];
  /** Paths that lost to a newer observation in the last event. */
  refused?: string[];
  /** How often the document changed. */
  version?: number;
}

/** given(a document, or none).when(observations, in the order in which they arrive).then(what came of them) */
export function given(document: DataOf<typeof customer> | undefined): {
  when: (...observations: readonly Observation[]) => { then: (expected: Expected) => void };
} {
  return {
    when: (...observations) => ({
      // oxlint-disable-next-line unicorn/no-thenable -- nobody awaits a test's sentence
      then: (expected) => {
        const { state, records } = fold({ ...NOTHING, data: document }, observations);
        const last = records.at(-1);
        const seen: Expected = {
          document: (state.data as DataOf<typeof customer> | undefined) ?? null,
          outcome: last?.outcome ?? "unchanged",
          reason: last?.reason ?? "",
          changes: last?.changes.map((change) => change.path) ?? [],
          refused: last?.refused?.map((refusal) => refusal.path) ?? [],
          version: state.version,
        };
        const asked = Object.keys(expected) as (keyof Expected)[];
        expect(Object.fromEntries(asked.map((name) => [name, seen[name]]))).toEqual(expected);
      },
    }),
  };
}

/** Folds observations through the rules of the app, as the processor does. */
export function fold(
  before: EntityState,
  observations: readonly Observation[],
): { state: EntityState; records: readonly AuditRecord[] } {
  let state = before;
  const records: AuditRecord[] = [];
  for (const [index, observation] of observations.entries()) {
    const event = eventOf(observation, index);
    const rule = app.rules.get(event.type);
    if (!rule) throw new TypeError(`no rule takes ${event.type}`);
    const context = { at: "2030-01-01T00:00:00.000Z", salt: new Uint8Array(16), ruleHash: "test" };
    const folded = foldEvent(state, event, rule, context);
    state = folded.state;
    records.push(folded.record);
  }
  return { state, records };
}

function eventOf({ definition, time, parts, data }: Observation, index: number): CloudEvent {
  const { name } = definition.about;
  const source = definition.type.split(".")[0] ?? "";
  return {
    specversion: "1.0",
    id: `${source}:${index}`,
    source,
    type: definition.type,
    subject: entityKey(name, entityId(name, parts)),
    time,
    datacontenttype: "application/json",
    data,
  };
}
