import { z } from "zod";
import {
  type CloudEvent,
  type DocumentDefinition,
  defineDocument,
  defineEvent,
  defineRule,
  merge,
  personal,
  type RuleDefinition,
  remove,
  skip,
} from "../../../engine/define/index.ts";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { type EntityState, foldEvent, NOTHING } from "../../../engine/sync/fold.ts";

/** A small domain for the tests of the engine, which knows none. */
export const person = defineDocument("person", {
  id: ["number"],
  since: { "consent.since": "consent.marketing" },
  schema: z.strictObject({
    identity: z.strictObject({ number: z.string(), name: personal(z.string()).optional() }),
    contact: personal(
      z.strictObject({
        email: z.string().optional(),
        phone: z.string().optional(),
        tags: z.array(z.string()).optional(),
      }),
    ).optional(),
    address: z.strictObject({ line: z.string(), city: z.string(), floor: z.string().optional() }).optional(),
    visits: z.strictObject({ count: z.number() }).optional(),
    consent: z.strictObject({ marketing: z.boolean(), since: z.string() }).optional(),
  }),
});

const facts = z.strictObject({
  number: z.string(),
  name: z.string().nullish(),
  email: personal(z.string().nullish()),
  phone: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  address: z.strictObject({ line: z.string(), city: z.string(), floor: z.string().nullish() }).nullish(),
  consent: z.boolean().nullish(),
});
export type Facts = z.infer<typeof facts>;

export const told = defineEvent("person.told", { about: person, data: facts });
export const gone = defineEvent("person.gone", {
  about: person,
  data: z.strictObject({ number: z.string() }),
});
export const visited = defineEvent("person.visited", {
  about: person,
  data: z.strictObject({ number: z.string() }),
});

/** A rule in the recommended style: `merge` tells the engine what the event spoke of. */
export const toldRule = defineRule({
  on: told,
  to: person,
  apply: (current, { data, time }) =>
    data.name === "nobody"
      ? skip("a nobody")
      : merge(current, {
          identity: { number: data.number, name: data.name },
          contact: { email: data.email, phone: data.phone, tags: data.tags },
          address: data.address && { ...data.address, floor: data.address.floor ?? null },
          consent:
            typeof data.consent === "boolean" ? { marketing: data.consent, since: time } : data.consent,
        }),
});

/** The same in the plain style: the next document, spread from the current one. */
export const plainRule = defineRule({
  on: told,
  to: person,
  apply: (current, { data }) => ({
    ...current,
    identity: { ...current?.identity, number: data.number },
    contact: {
      ...current?.contact,
      ...(data.email ? { email: data.email } : {}),
      ...(data.phone ? { phone: data.phone } : {}),
    },
  }),
});

export const goneRule = defineRule({ on: gone, to: person, apply: () => remove("asked to go") });

export const visitedRule = defineRule({
  on: visited,
  to: person,
  order: "arrival",
  apply: (current, { data }) =>
    merge(current, {
      identity: { number: data.number },
      visits: { count: (current?.visits?.count ?? 0) + 1 },
    }),
});

const rules: Readonly<Record<string, RuleDefinition>> = {
  [told.type]: toldRule,
  [gone.type]: goneRule,
  [visited.type]: visitedRule,
};

/** The time of minute `m` of a day. */
export const minute = (m: number): string => new Date(Date.UTC(2026, 0, 1, 0, m)).toISOString();

let counter = 0;
/** An event of the entity `person|1`. */
export function event(type: string, time: string, data: object = {}, source = "crm"): CloudEvent {
  counter += 1;
  return {
    specversion: "1.0",
    id: `${source}:${counter}`,
    source,
    type,
    subject: "person|1",
    time,
    datacontenttype: "application/json",
    data: { number: "1", ...data },
  };
}

/** Folds events in the order given. */
export function fold(
  events: readonly CloudEvent[],
  from: EntityState = NOTHING,
  using: Readonly<Record<string, RuleDefinition>> = rules,
): { state: EntityState; records: AuditRecord[] } {
  let state = from;
  const records: AuditRecord[] = [];
  for (const each of events) {
    const rule = using[each.type];
    if (!rule) throw new Error(`no rule for ${each.type}`);
    const context = { at: minute(600), salt: new Uint8Array(16).fill(7), ruleHash: "hash" };
    const folded = foldEvent(state, each, rule, context);
    state = folded.state;
    records.push(folded.record);
  }
  return { state, records };
}

/** The shop, of whose sources some rank before others: its document, and the rules that alter it. */
export function rankedShop(priority: Record<string, readonly string[]>): {
  readonly document: DocumentDefinition;
  readonly rules: Readonly<Record<string, RuleDefinition>>;
} {
  const { since, schema } = person;
  const document = defineDocument("person", { id: ["number"], since, schema, priority });
  return {
    document,
    rules: {
      [told.type]: defineRule({
        on: { ...told, about: document },
        to: document,
        apply: toldRule.apply as never,
      }),
      [gone.type]: defineRule({
        on: { ...gone, about: document },
        to: document,
        apply: () => remove("asked to go"),
      }),
    },
  };
}
