import type { z } from "zod";
import type { CloudEvent } from "../define/event.ts";
import { ASSERTED } from "../define/merge.ts";
import { deepFreeze } from "../define/readonly.ts";
import { ANSWER, type RuleDefinition } from "../define/rule.ts";
import { RuleError } from "../errors/rule-error.ts";
import type { Segments } from "./paths.ts";
import { type Assertion, assertionsOf } from "./resolve.ts";

/** What a rule made of an event. */
export type RuleAnswer =
  | { readonly kind: "skip"; readonly reason: string }
  | { readonly kind: "remove"; readonly reason: string }
  | { readonly kind: "next"; readonly assertions: readonly Assertion[] };

/** A rule as the engine calls it, whatever its documents and events. */
type Apply = (current: unknown, event: CloudEvent) => unknown;

/**
 * Runs a rule and says what its event asserts. Throws a RuleError when the rule throws, answers no object, or
 * answers a document that its schema refuses.
 */
export function applyRule(rule: RuleDefinition, current: unknown, event: CloudEvent): RuleAnswer {
  const apply = rule.apply as Apply;
  let answer: unknown;
  try {
    answer = apply(deepFreeze(current), deepFreeze(event));
  } catch (error) {
    throw new RuleError(rule.name, `threw ${describe(error)}`, { cause: error });
  }
  if (typeof answer !== "object" || answer === null || answer instanceof Promise) {
    throw new RuleError(rule.name, "must answer a document, skip(reason) or remove(reason), and not later");
  }
  if (ANSWER in answer) {
    const { [ANSWER]: kind, reason } = answer as { [ANSWER]: "skip" | "remove"; reason: string };
    return { kind, reason };
  }
  const parsed = safeParse(rule, answer);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(
      (issue) => `${issue.path.join(".") || "document"}: ${issue.message}`,
    );
    throw new RuleError(rule.name, `answered a document that its schema refuses (${faults.join("; ")})`);
  }
  const asserted = (answer as { [ASSERTED]?: readonly Segments[] })[ASSERTED];
  const blank = asserted || rule.order === "arrival" ? undefined : answerToNothing(apply, event);
  return { kind: "next", assertions: assertionsOf(current, parsed.data, asserted ?? [], blank) };
}

/** A refinement of the schema may throw instead of refusing. */
function safeParse(rule: RuleDefinition, answer: object): z.ZodSafeParseResult<unknown> {
  try {
    return rule.to.schema.safeParse(answer);
  } catch (error) {
    throw new RuleError(rule.name, `answered a document whose schema threw ${describe(error)}`, {
      cause: error,
    });
  }
}

/**
 * What the rule says to no document at all: only what the event itself brings. A rule that needs a document may
 * throw here; then its changes alone speak for it.
 */
function answerToNothing(apply: Apply, event: CloudEvent): unknown {
  try {
    const answer = apply(undefined, event);
    return typeof answer === "object" && answer !== null && !(ANSWER in answer) ? answer : undefined;
  } catch {
    return undefined;
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
