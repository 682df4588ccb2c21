import type { BrokerConfig, RuleConfig } from "./config.ts";
import { ConfigError } from "./config.ts";
import { Queue, type Surroundings } from "./entity/queue.ts";
import { DEFAULT_RULE, type Rule } from "./entity/rule.ts";
import type { QueueSettings } from "./entity/settings.ts";
import { Subscription } from "./entity/subscription.ts";
import { Topic } from "./entity/topic.ts";
import { checkForwards, forwardsOf } from "./forwards.ts";
import { sqlFilter } from "./filter/sql-filter.ts";
import { entityNotFound, notImplemented, ServiceError } from "./service-error.ts";

const DEAD_LETTER = "/$deadletterqueue";
const TRANSFER_DEAD_LETTER = "/$transfer/$deadletterqueue";

/** The entities of a broker by their paths; paths do not tell upper from lower case. */
export class Namespace {
  private readonly entities = new Map<string, Queue>();

  /** Makes all entities of the configuration. Throws ConfigError for a filter that does not parse. */
  constructor(config: BrokerConfig, surroundings: Surroundings) {
    for (const queue of config.Queues) {
      const settings = settingsOf(queue.Properties, duplicateWindow(queue.Properties));
      const deadLetters = this.addDeadLetters(queue.Name, settings, surroundings);
      this.entities.set(queue.Name.toLowerCase(), new Queue(queue.Name, settings, surroundings, deadLetters));
    }
    for (const topic of config.Topics) {
      const settings = topicSettings(
        topic.Properties.DefaultMessageTimeToLive,
        duplicateWindow(topic.Properties),
      );
      const entity = new Topic(topic.Name, settings, surroundings);
      this.entities.set(topic.Name.toLowerCase(), entity);
      for (const subscription of topic.Subscriptions) {
        const path = `${topic.Name}/Subscriptions/${subscription.Name}`;
        const rules = rulesOf(path, subscription.Rules);
        const settings = settingsOf(subscription.Properties, undefined);
        const deadLetters = this.addDeadLetters(path, settings, surroundings);
        const queue = new Subscription(path, settings, surroundings, deadLetters, rules);
        this.entities.set(path.toLowerCase(), queue);
        entity.subscriptions.push(queue);
      }
    }
    this.connect(config);
  }

  /** The entity of an AMQP address. Throws ServiceError: not found, or a kind this broker has not. */
  find(address: string): Queue {
    const path = address
      .replace(/^(?:amqps?|sb):\/\/[^/]+/i, "")
      .replace(/^\/+/, "")
      .toLowerCase();
    if (path.endsWith(TRANSFER_DEAD_LETTER)) throw notImplemented("The transfer dead-letter queue");
    const entity = this.entities.get(path);
    if (entity === undefined) throw entityNotFound(address);
    return entity;
  }

  /** Where messages may be sent. Throws ServiceError for subscriptions and dead-letter queues. */
  findDestination(address: string): Queue {
    const entity = this.find(address);
    const path = entity.path.toLowerCase();
    if (!path.endsWith(DEAD_LETTER) && (entity instanceof Topic || !path.includes("/subscriptions/")))
      return entity;
    throw new ServiceError("amqp:not-allowed", `Messages cannot be sent to '${entity.path}'.`);
  }

  /** What messages can be received from. Throws ServiceError for topics. */
  findSource(address: string): Queue {
    const entity = this.find(address);
    if (!(entity instanceof Topic)) return entity;
    throw new ServiceError(
      "amqp:not-allowed",
      `'${entity.path}' is a topic; receive from one of its subscriptions.`,
    );
  }

  /** Frees what a dropped connection had locked. */
  dropConnection(connection: object): void {
    for (const entity of this.entities.values()) entity.dropConnection(connection);
  }

  /** Stops all timers. */
  close(): void {
    for (const entity of this.entities.values()) entity.close();
  }

  /** Sets up forwarding, once all entities are there. */
  private connect(config: BrokerConfig): void {
    const forwards = forwardsOf(config);
    checkForwards(forwards, this.entities);
    for (const { from, to, source } of forwards) {
      const target = this.entities.get(to.toLowerCase());
      if (target !== undefined) this.entities.get(from.toLowerCase())?.forwardTo(target, source);
    }
  }

  private addDeadLetters(path: string, settings: QueueSettings, surroundings: Surroundings): Queue {
    const queue = new Queue(`${path}/$DeadLetterQueue`, deadLetterSettings(settings), surroundings);
    this.entities.set(path.toLowerCase() + DEAD_LETTER, queue);
    return queue;
  }
}

type ReceivingProperties = BrokerConfig["Topics"][number]["Subscriptions"][number]["Properties"];

function settingsOf(properties: ReceivingProperties, window: number | undefined): QueueSettings {
  return {
    lockDuration: properties.LockDuration,
    maxDeliveryCount: properties.MaxDeliveryCount,
    requiresSession: properties.RequiresSession,
    timeToLive: properties.DefaultMessageTimeToLive,
    deadLetterExpired: properties.DeadLetteringOnMessageExpiration,
    duplicateWindow: window,
  };
}

function duplicateWindow(properties: {
  RequiresDuplicateDetection: boolean;
  DuplicateDetectionHistoryTimeWindow: number;
}): number | undefined {
  return properties.RequiresDuplicateDetection ? properties.DuplicateDetectionHistoryTimeWindow : undefined;
}

function topicSettings(timeToLive: number, window: number | undefined): QueueSettings {
  return { ...deadLetterSettings({ lockDuration: 60_000 }), timeToLive, duplicateWindow: window };
}

function deadLetterSettings({ lockDuration }: Pick<QueueSettings, "lockDuration">): QueueSettings {
  return {
    lockDuration,
    maxDeliveryCount: Infinity,
    requiresSession: false,
    timeToLive: Infinity,
    deadLetterExpired: false,
    duplicateWindow: undefined,
  };
}

function rulesOf(path: string, rules: readonly RuleConfig[]): Rule[] {
  return rules.length === 0 ? [DEFAULT_RULE] : rules.map((rule) => ruleOf(path, rule));
}

function ruleOf(path: string, { Name: name, Properties: properties }: RuleConfig): Rule {
  if (properties.Action !== undefined)
    throw new ConfigError(`${path}: rule "${name}" has an Action, which is not supported`);
  if (properties.FilterType === "Correlation")
    return { name, correlation: properties.CorrelationFilter ?? {} };
  const sql = properties.SqlFilter?.SqlExpression ?? "";
  try {
    sqlFilter(sql);
  } catch (error) {
    throw new ConfigError(
      `${path}: rule "${name}": ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return { name, sql };
}
