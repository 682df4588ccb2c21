import rhea, { type Typed } from "rhea";
import { z } from "zod";
import type { Queue } from "../entity/queue.ts";
import type { Correlation, Rule } from "../entity/rule.ts";
import { Subscription } from "../entity/subscription.ts";
import { notImplemented, ServiceError } from "../service-error.ts";
import { operation } from "./operation.ts";

const { types } = rhea;

/** Descriptors of the rule types. Source: Service Bus request/response operations, "Enumerate rules". */
const DESCRIPTOR = {
  rule: 0x13700000004,
  emptyAction: 0x13700000005,
  sqlFilter: 0x1370000006,
  correlationFilter: 0x1370000009,
} as const;

const text = z.string().nullish();

const correlation = z.object({
  "correlation-id": text,
  "message-id": text,
  to: text,
  "reply-to": text,
  label: text,
  "session-id": text,
  "reply-to-session-id": text,
  "content-type": text,
  properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
});

const description = z.object({
  "sql-filter": z.object({ expression: z.string() }).nullish(),
  "correlation-filter": correlation.nullish(),
  "sql-rule-action": z.object({ expression: z.string() }).nullish(),
});

const add = operation(
  "add-rule",
  z.object({ "rule-name": z.string().min(1).max(50), "rule-description": description }),
  (body, entity) => {
    const subscription = subscriptionOf(entity);
    const rule = body["rule-description"];
    if (rule["sql-rule-action"]) throw notImplemented("A rule action");
    subscription.addRule(ruleOf(body["rule-name"], rule));
    return {};
  },
);

const remove = operation("remove-rule", z.object({ "rule-name": z.string() }), (body, entity) => {
  subscriptionOf(entity).removeRule(body["rule-name"]);
  return {};
});

const enumerate = operation(
  "enumerate-rules",
  z.object({ top: z.number().int().nonnegative(), skip: z.number().int().nonnegative() }),
  (body, entity) => {
    const rules = subscriptionOf(entity)
      .listRules()
      .slice(body.skip, body.skip + body.top);
    if (rules.length === 0) return undefined;
    return { rules: rules.map((rule) => ({ "rule-description": encodeRule(rule) })) };
  },
);

function subscriptionOf(entity: Queue): Subscription {
  if (entity instanceof Subscription) return entity;
  throw new ServiceError("amqp:not-allowed", `'${entity.path}' is not a subscription and has no rules.`);
}

function ruleOf(name: string, rule: z.infer<typeof description>): Rule {
  const wanted = rule["correlation-filter"];
  if (!wanted) return { name, sql: rule["sql-filter"]?.expression ?? "1=1" };
  const members: Record<keyof Correlation, string | null | undefined | Correlation["Properties"]> = {
    CorrelationId: wanted["correlation-id"],
    MessageId: wanted["message-id"],
    To: wanted.to,
    ReplyTo: wanted["reply-to"],
    Label: wanted.label,
    Subject: undefined,
    SessionId: wanted["session-id"],
    ReplyToSessionId: wanted["reply-to-session-id"],
    ContentType: wanted["content-type"],
    Properties: wanted.properties ?? undefined,
  };
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return { name, correlation: Object.fromEntries(given) };
}

function encodeRule(rule: Rule): Typed {
  const filter =
    "sql" in rule ? described(DESCRIPTOR.sqlFilter, [rule.sql, 20]) : encodeCorrelation(rule.correlation);
  return described(DESCRIPTOR.rule, [filter, described(DESCRIPTOR.emptyAction, []), rule.name]);
}

function encodeCorrelation(wanted: Correlation): Typed {
  return described(DESCRIPTOR.correlationFilter, [
    wanted.CorrelationId,
    wanted.MessageId,
    wanted.To,
    wanted.ReplyTo,
    wanted.Label ?? wanted.Subject,
    wanted.SessionId,
    wanted.ReplyToSessionId,
    wanted.ContentType,
    types.wrap_map(wanted.Properties ?? {}),
  ]);
}

function described(descriptor: number, fields: unknown[]): Typed {
  return types.described_nc(types.wrap_ulong(descriptor), types.wrap_list(fields));
}

/** The rules of a subscription, changed while it is in use. */
export const RULES = [add, remove, enumerate];
