import type { IntegrationDefinition } from "../../define/integration.ts";
import type { DeadLetter } from "../../deliveries/dead-letter.ts";
import type { PendingDelivery } from "../../deliveries/pending.ts";
import type { DeliveryRecord } from "../../deliveries/records.ts";
import { MASKED } from "../../privacy/mask.ts";
import type { Standing } from "./destinations.ts";
import type { Setting } from "./leaf.ts";

/** One attempt to deliver, without what was sent. */
export interface ExplainedAttempt extends Pick<
  DeliveryRecord,
  "eventId" | "status" | "version" | "attempt" | "at" | "durationMs" | "error" | "reason" | "run"
> {}

/**
 * How far a value came to a destination. `expired`: it has it, and the record of that is older than records are kept;
 * `under way`: it was announced, and nothing is recorded of it yet.
 */
export type Reached =
  "delivered" | "ignored" | "waiting" | "refused" | "expired" | "under way" | "not wanted";

/** What became of a value at one integration. */
export interface ExplainedDelivery {
  readonly integration: string;
  /** Whether the change is one that it wants. */
  readonly wants: boolean;
  readonly why: string;
  readonly reached: Reached;
  /** Every attempt for the version that set the value, the first one first. */
  readonly attempts: readonly ExplainedAttempt[];
  /** There were more of them. */
  readonly more?: true;
  /** The first delivery of a later version, where that version itself was not delivered. */
  readonly broughtBy?: ExplainedAttempt;
  /** The last version that the destination has of the entity; 0 while it has none. */
  readonly has: number;
  /** What waits for the destination now. */
  readonly pending?: Pick<
    PendingDelivery,
    "first" | "last" | "since" | "reason" | "detail" | "dueAt" | "rounds"
  >;
  /** What it refused for good, and no later version got through since. */
  readonly deadLetter?: Pick<DeadLetter, "version" | "error" | "firstAt" | "lastAt" | "attempts">;
  readonly destination: Standing["destination"];
}

/** What became of a value at one integration, from all that is known there. */
export function deliveryOf(
  { name, on, changed, echoes }: Pick<IntegrationDefinition, "name" | "on" | "changed" | "echoes">,
  subSchema: string,
  { version, outcome, event, refusedSome }: Setting,
  standing: Standing,
  found: {
    readonly attempts: readonly ExplainedAttempt[];
    readonly more: boolean;
    readonly broughtBy?: ExplainedAttempt | undefined;
  },
): ExplainedDelivery {
  const { has, pending, deadLetter, destination } = standing;
  const { wants, why } = wish();
  const last = found.attempts.findLast(({ status }) => status === "delivered" || status === "ignored");
  return {
    integration: name,
    wants,
    why,
    reached: reached(),
    attempts: found.attempts,
    ...(found.more ? { more: true } : {}),
    ...(found.broughtBy ? { broughtBy: found.broughtBy } : {}),
    has,
    ...(pending ? { pending } : {}),
    ...(deadLetter ? { deadLetter } : {}),
    destination,
  };

  function wish(): { wants: boolean; why: string } {
    if (echoes === event.source && !refusedSome)
      return { wants: false, why: `${event.source}, which said it, is the same system` };
    if (outcome === "removed") return { wants: true, why: "a removal goes to all" };
    if (changed === undefined) return { wants: true, why: `it wants all changes of ${on.name}` };
    const list = changed.join(", ");
    return changed.includes(subSchema)
      ? { wants: true, why: `it wants changes of ${list}` }
      : { wants: false, why: `it wants changes of ${list} alone; what it is sent has the whole document` };
  }

  function reached(): Reached {
    const done = last ?? found.broughtBy;
    if (done) return done.status === "ignored" ? "ignored" : "delivered";
    if (has >= version) return "expired";
    if (pending && pending.last >= version) return "waiting";
    if (deadLetter && (deadLetter.version ?? 0) >= version) return "refused";
    return wants ? "under way" : "not wanted";
  }
}

/** An attempt for who may not see personal values, which a destination's answer may quote. */
export function maskAttempt(attempt: ExplainedAttempt): ExplainedAttempt {
  return {
    ...attempt,
    ...(attempt.error === undefined ? {} : { error: MASKED }),
    ...(attempt.reason === undefined ? {} : { reason: MASKED }),
  };
}
