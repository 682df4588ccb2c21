import type { AuditRecord } from "../audit/record.ts";
import type { Condition } from "../condition.ts";
import { CONTROL_PREFIX } from "../define/event.ts";
import type { Culprit } from "../sync/control.ts";

/** What stands as `rule` in the audit record of an undo: no rule decided. */
export const BY_UNDO: AuditRecord["rule"] = { name: "(undo)", hash: "" };

/** What tells whose doing a record is. */
export interface Doing {
  readonly event: { readonly id: string; readonly cause?: string | undefined };
  readonly rule: AuditRecord["rule"];
}

/** Whether a record is a culprit's doing. */
export function isDoingOf(culprit: Culprit, { event, rule }: Doing): boolean {
  if ("event" in culprit) return event.id === culprit.event;
  if ("cause" in culprit) {
    return event.cause === culprit.cause || (event.cause?.startsWith(under(culprit.cause)) ?? false);
  }
  return rule.name === culprit.rule && (culprit.hash === undefined || rule.hash === culprit.hash);
}

/** The condition of a query for a culprit's records; those of erasures, which nothing takes back, are none. */
export function doingsOf(culprit: Culprit, keys?: readonly string[]): Condition {
  const { text, parameters } = condition(culprit);
  const within = keys === undefined ? "" : " AND ARRAY_CONTAINS(@keys, c.key)";
  return {
    text: `c.kind = 'audit' AND c.event.type <> @erasure AND ${text}${within}`,
    parameters: {
      erasure: `${CONTROL_PREFIX}erase`,
      ...parameters,
      ...(keys === undefined ? {} : { keys }),
    },
  };
}

/** The same as {@link isDoingOf}, for the store. */
function condition(culprit: Culprit): Condition {
  if ("event" in culprit) return { text: "c.event.id = @event", parameters: { event: culprit.event } };
  if ("cause" in culprit) {
    const { cause } = culprit;
    return {
      text: "(c.event.cause = @cause OR STARTSWITH(c.event.cause, @under))",
      parameters: { cause, under: under(cause) },
    };
  }
  const { rule, hash } = culprit;
  return hash === undefined
    ? { text: "c.rule.name = @rule", parameters: { rule } }
    : { text: "c.rule.name = @rule AND c.rule.hash = @hash", parameters: { rule, hash } };
}

function under(cause: string): string {
  return `${cause}/`;
}
