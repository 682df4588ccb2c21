import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseDuration } from "./duration.ts";

/**
 * The configuration of Microsoft's Service Bus emulator (`UserConfig.Namespaces[]…`), checked and with its
 * defaults filled in. Source: learn.microsoft.com/azure/service-bus-messaging/test-locally-with-service-bus-emulator
 */
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return ms;
  context.addIssue(`"${text}" is not an ISO 8601 duration above zero, such as PT30S`);
  return z.NEVER;
});

const name = z
  .string()
  .min(1)
  .max(260)
  .regex(
    /^[A-Za-z0-9]$|^[A-Za-z0-9][\w\-./~]*[A-Za-z0-9]$/,
    "letters, digits and - _ . / ~ only, letters or digits at the ends",
  );

/** What queues and subscriptions share. Durations in milliseconds. */
const receiving = {
  DeadLetteringOnMessageExpiration: z.boolean().default(false),
  DefaultMessageTimeToLive: duration.default(Infinity),
  ForwardDeadLetteredMessagesTo: z.string().default(""),
  ForwardTo: z.string().default(""),
  LockDuration: duration.default(60_000),
  MaxDeliveryCount: z.int().min(1).max(2000).default(10),
  RequiresSession: z.boolean().default(false),
};

const detecting = {
  DuplicateDetectionHistoryTimeWindow: duration.default(600_000),
  RequiresDuplicateDetection: z.boolean().default(false),
};

const scalar = z.union([z.string(), z.number(), z.boolean()]);

const correlation = z.strictObject({
  ContentType: z.string().optional(),
  CorrelationId: z.string().optional(),
  Label: z.string().optional(),
  MessageId: z.string().optional(),
  ReplyTo: z.string().optional(),
  ReplyToSessionId: z.string().optional(),
  SessionId: z.string().optional(),
  Subject: z.string().optional(),
  To: z.string().optional(),
  Properties: z.record(z.string(), scalar).optional(),
});

const expression = z.strictObject({ SqlExpression: z.string().min(1).max(1024) });

const rule = z.strictObject({
  Name: z.string().min(1).max(50),
  Properties: z
    .strictObject({
      FilterType: z.enum(["Sql", "Correlation"]),
      SqlFilter: expression.optional(),
      CorrelationFilter: correlation.optional(),
      Action: expression.optional(),
    })
    .superRefine((properties, context) => {
      const needed = properties.FilterType === "Sql" ? "SqlFilter" : "CorrelationFilter";
      if (properties[needed] === undefined)
        context.addIssue({ code: "custom", path: [needed], message: "is missing" });
    }),
});

const queue = z.strictObject({
  Name: name,
  Properties: z.strictObject({ ...receiving, ...detecting }).prefault({}),
});

const subscription = z.strictObject({
  Name: name.max(50),
  Properties: z.strictObject(receiving).prefault({}),
  Rules: z.array(rule).default([]),
});

const topic = z.strictObject({
  Name: name,
  Properties: z
    .strictObject({ DefaultMessageTimeToLive: duration.default(Infinity), ...detecting })
    .prefault({}),
  Subscriptions: z.array(subscription).default([]),
});

const configFile = z.object({
  UserConfig: z.object({
    Namespaces: z
      .array(
        z.strictObject({
          Name: z.string().min(1),
          Queues: z.array(queue).default([]),
          Topics: z.array(topic).default([]),
        }),
      )
      .length(1, "exactly one namespace, as in Microsoft's emulator"),
  }),
});

/** A checked configuration; durations in milliseconds. */
export type BrokerConfig = z.infer<typeof configFile>["UserConfig"]["Namespaces"][number];
/** One queue of the configuration. */
export type QueueConfig = BrokerConfig["Queues"][number];
/** One topic of the configuration. */
export type TopicConfig = BrokerConfig["Topics"][number];
/** One subscription of a topic. */
export type SubscriptionConfig = TopicConfig["Subscriptions"][number];
/** One rule of a subscription. */
export type RuleConfig = SubscriptionConfig["Rules"][number];

/** The configuration cannot be used; the message is one line that names the place. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

/** Checks a parsed Config.json. Throws ConfigError naming the path of the first fault. */
export function parseConfig(value: unknown): BrokerConfig {
  const result = configFile.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ConfigError(`${pathText(issue?.path ?? [])}: ${issue?.message ?? "invalid"}`);
  }
  const namespace = result.data.UserConfig.Namespaces[0]!;
  const seen = new Set<string>();
  for (const entity of entityNames(namespace)) {
    if (seen.has(entity))
      throw new ConfigError(`UserConfig.Namespaces[0]: the entity "${entity}" is there twice`);
    seen.add(entity);
  }
  return namespace;
}

/** Reads and checks a Config.json. Throws ConfigError, the file's name first. */
export function readConfig(file: string): BrokerConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parseConfig(value);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${file}: ${error.message}`);
    throw error;
  }
}

function* entityNames(namespace: BrokerConfig): Generator<string> {
  for (const queue of namespace.Queues) yield queue.Name.toLowerCase();
  for (const topic of namespace.Topics) {
    yield topic.Name.toLowerCase();
    for (const subscription of topic.Subscriptions)
      yield `${topic.Name}/Subscriptions/${subscription.Name}`.toLowerCase();
  }
}

function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "the document";
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : `${i > 0 ? "." : ""}${String(part)}`))
    .join("");
}
