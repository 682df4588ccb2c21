import { correlationFilter } from "../filter/correlation-filter.ts";
import type { MessageView } from "../filter/message-view.ts";
import { sqlFilter, type Filter } from "../filter/sql-filter.ts";
import { FilterSyntaxError } from "../filter/tokens.ts";
import { ServiceError } from "../service-error.ts";
import { Queue, type Surroundings } from "./queue.ts";
import type { Rule } from "./rule.ts";
import type { QueueSettings } from "./settings.ts";

/** A queue filled by the messages of a topic that pass one of its rules. */
export class Subscription extends Queue {
  private readonly rules = new Map<string, { rule: Rule; filter: Filter }>();
  private readonly configured: string;

  /**
   * `configured` are the rules of the configuration. Rules changed at run time stand in for them until the
   * configuration's own change. Throws FilterSyntaxError for an expression that does not parse.
   */
  constructor(
    path: string,
    settings: QueueSettings,
    surroundings: Surroundings,
    deadLetters: Queue,
    configured: readonly Rule[],
  ) {
    super(path, settings, surroundings, deadLetters);
    this.configured = JSON.stringify(configured);
    const kept = this.store.rules(this.id);
    const rules = kept?.configured === this.configured ? (JSON.parse(kept.rules) as Rule[]) : configured;
    for (const rule of rules) this.rules.set(rule.name, { rule, filter: filterOf(rule) });
  }

  /** Whether one of the rules passes a message. */
  wants(message: MessageView): boolean {
    for (const { filter } of this.rules.values()) if (filter(message)) return true;
    return false;
  }

  /** The rules, in the order they were added. */
  listRules(): Rule[] {
    return Array.from(this.rules.values(), ({ rule }) => rule);
  }

  /** Adds a rule. Throws ServiceError when its name is taken or its expression does not parse. */
  addRule(rule: Rule): void {
    if (this.rules.has(rule.name))
      throw new ServiceError(
        "com.microsoft:entity-already-exists",
        `The rule '${rule.name}' already exists.`,
        409,
      );
    try {
      this.rules.set(rule.name, { rule, filter: filterOf(rule) });
    } catch (error) {
      if (!(error instanceof FilterSyntaxError)) throw error;
      throw new ServiceError("com.microsoft:argument-error", `The rule '${rule.name}': ${error.message}.`);
    }
    this.keepRules();
  }

  /** Removes a rule. Throws ServiceError when there is none of that name. */
  removeRule(name: string): void {
    if (!this.rules.delete(name))
      throw new ServiceError(
        "amqp:not-found",
        `The messaging entity rule '${name}' could not be found.`,
        404,
      );
    this.keepRules();
  }

  private keepRules(): void {
    this.store.setRules(this.id, this.configured, JSON.stringify(this.listRules()));
    this.turn.schedule();
  }
}

function filterOf(rule: Rule): Filter {
  return "sql" in rule ? sqlFilter(rule.sql) : correlationFilter(rule.correlation);
}
