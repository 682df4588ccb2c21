import type { DataOf, DocumentDefinition } from "./document.ts";
import type { CloudEvent, EventDataOf, EventDefinition } from "./event.ts";
import type { DeepReadonly } from "./readonly.ts";

/** Marks an answer that is no document; a symbol, so that no document can look like one. */
export const ANSWER = Symbol("answer");

/** A rule's answer that leaves the document as it is; the reason reaches the audit log. */
export interface Skip {
  readonly [ANSWER]: "skip";
  readonly reason: string;
}

/** A rule's answer that removes the entity; the reason reaches the audit log. */
export interface Remove {
  readonly [ANSWER]: "remove";
  readonly reason: string;
}

/** Leaves the document as it is, and says why. */
export function skip(reason: string): Skip {
  return { [ANSWER]: "skip", reason };
}

/** Removes the entity (a tombstone and its audit log stay), and says why. */
export function remove(reason: string): Remove {
  return { [ANSWER]: "remove", reason };
}

/** The document as a rule sees it: undefined while there is none, or after its removal. */
export type Current<D extends DocumentDefinition> = DeepReadonly<DataOf<D>> | undefined;

/** Members that `Shape` does not know become errors, at any depth. */
export type Known<Given, Shape> = Given extends Skip | Remove
  ? Given
  : Given extends readonly unknown[]
    ? Given
    : Given extends object
      ? Shape extends object
        ? {
            [Key in keyof Given]: Key extends keyof Shape
              ? Known<Given[Key], NonNullable<Shape[Key]>>
              : Key extends symbol
                ? Given[Key]
                : never;
          }
        : Given
      : Given;

/** How an event alters a document; made by {@link defineRule}. */
export interface RuleDefinition<
  E extends EventDefinition = EventDefinition,
  D extends DocumentDefinition = DocumentDefinition,
> {
  readonly kind: "rule";
  readonly name: string;
  readonly on: E;
  readonly to: D;
  readonly order: "observation" | "arrival";
  readonly touches: readonly string[] | undefined;
  readonly apply: (current: never, event: never) => unknown;
}

/** What a rule is made of. */
export interface RuleOptions<E extends EventDefinition, D extends DocumentDefinition, Next> {
  /** Name in the audit log. Default: `<document>-from-<event type>`. */
  name?: string;
  /** The event that it takes. Each event has one rule. */
  on: E;
  /** The document that it alters. */
  to: D;
  /**
   * `observation` (default): path by path the newest event time wins, whatever the order of arrival.
   * `arrival`: each event is applied as it comes; for counters and the like.
   */
  order?: "observation" | "arrival";
  /** The sub-schemas that it may alter; a change elsewhere is a fault of the rule. Default: all. */
  touches?: readonly NoInfer<Extract<keyof DataOf<D>, string>>[];
  /**
   * Pure: from the document and the event, the next document, or {@link skip} or {@link remove}. What it throws
   * parks the entity. `current` is frozen.
   */
  apply: (
    current: NoInfer<Current<D>>,
    event: NoInfer<CloudEvent<DeepReadonly<EventDataOf<E>>>>,
  ) => Next & Known<NoInfer<Next>, NoInfer<DataOf<D>>>;
}

/**
 * Defines a rule. A misspelt member of the answer, or a mutation of `current`, does not compile. Throws a TypeError
 * when the event speaks of another document, or when `touches` names no sub-schema.
 */
export function defineRule<
  E extends EventDefinition,
  D extends DocumentDefinition,
  Next extends DeepReadonly<DataOf<D>> | Skip | Remove,
>(options: RuleOptions<E, D, Next>): RuleDefinition<E, D> {
  const name = options.name ?? `${options.to.name}-from-${options.on.type}`;
  if (options.on.about.name !== options.to.name) {
    throw new TypeError(
      `rule "${name}" alters ${options.to.name}, but ${options.on.type} speaks of ${options.on.about.name}`,
    );
  }
  for (const subSchema of options.touches ?? []) {
    if (!options.to.subSchemas.includes(subSchema)) {
      throw new TypeError(`rule "${name}": "${subSchema}" is no sub-schema of ${options.to.name}`);
    }
  }
  return {
    kind: "rule",
    name,
    on: options.on,
    to: options.to,
    order: options.order ?? "observation",
    touches: options.touches,
    apply: options.apply,
  };
}
