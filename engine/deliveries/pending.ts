import type { Announcement } from "../sync/announce.ts";

/** Why a delivery waits. `failing`: the destination works, but not for this one. */
export type WaitingFor = "held" | "paused" | "unconfigured" | "failing";

/** A delivery that waits for its destination: item `pending|<integration>` of `deliveries`, one an entity. */
export interface PendingDelivery {
  readonly id: string;
  readonly kind: "pending";
  readonly key: string;
  readonly integration: string;
  readonly entity: string;
  readonly entityId: string;
  /** The first and the last version that were announced and not delivered; the last one or a newer one will be. */
  readonly first: number;
  readonly last: number;
  /** The event that made the last of them. */
  readonly eventId: string;
  /** Since when. */
  readonly since: string;
  readonly reason: WaitingFor;
  /** The reason in words, or the last error. */
  readonly detail: string;
  /** From when on it may go out, once the destination takes deliveries. */
  readonly dueAt: string;
  /** How often it was tried in vain, five attempts each time, while the destination took other deliveries. */
  readonly rounds: number;
  /** When the first of these rounds ended. */
  readonly failingSince?: string;
  /** The run that wants it delivered even if the destination has it. */
  readonly again?: Again;
  readonly ttl: -1;
}

/** A run that wants entities delivered again. */
export interface Again {
  readonly run: string;
  /** When the run began: what was delivered after that need not be again. */
  readonly since: string;
}

/** Why a delivery is put off. */
export interface Delay {
  readonly reason: WaitingFor;
  readonly detail: string;
  /** From when on it may go out, milliseconds since 1970; of one that fails on its own, its rounds decide. */
  readonly dueAt: number;
}

/** The id of an integration's pending delivery, the same in every entity's partition. */
export function pendingId(integration: string): string {
  return `pending|${integration}`;
}

/** How long a delivery that fails on its own waits before the next round: 30 s, doubled each time, at most an hour. */
function roundMs(rounds: number): number {
  return Math.min(30_000 * 2 ** rounds, 60 * 60_000);
}

/** Most characters of a reason that is kept where it is read often: an answer in it may have a megabyte. */
const MAX_REASON = 2_000;

/** A reason without what is too much of it. */
export function shortened(reason: string): string {
  return (reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason).toWellFormed();
}

/** What waits longest before its next round is asked for sooner when its document changes: after at most a minute. */
const CHANGED_MS = 60_000;

/** Joins an announcement to what waits already; without a delay of its own, for what the others wait for. */
export function joined(
  before: PendingDelivery | undefined,
  integration: string,
  announcement: Announcement,
  delay: Delay | undefined,
  now: number,
): PendingDelivery {
  const { key, entity, id, version, eventId } = announcement;
  const at = new Date(now).toISOString();
  const newest = before === undefined || version >= before.last;
  const again = announcement.again ?? before?.again;
  const { reason, detail } = delay ?? before ?? { reason: "paused", detail: "" };
  const failed = delay?.reason === "failing";
  const dueAt = failed
    ? now + roundMs(before?.rounds ?? 0)
    : (delay?.dueAt ?? Math.min(before ? Date.parse(before.dueAt) : now, now + CHANGED_MS));
  // While the destination takes nothing, nobody can say that it fails for this one alone.
  const failingSince = delay && !failed ? undefined : (before?.failingSince ?? (failed ? at : undefined));
  return {
    id: pendingId(integration),
    kind: "pending",
    key,
    integration,
    entity,
    entityId: id,
    first: Math.min(before?.first ?? version, version),
    last: Math.max(before?.last ?? version, version),
    eventId: newest ? eventId : before.eventId,
    since: before?.since ?? at,
    reason,
    detail: shortened(detail),
    dueAt: new Date(dueAt).toISOString(),
    rounds: (before?.rounds ?? 0) + (failed ? 1 : 0),
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(again === undefined ? {} : { again }),
    ttl: -1,
  };
}
