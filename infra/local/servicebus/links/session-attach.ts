import rhea, { type Sender } from "rhea";
import type { Session } from "../entity/session.ts";
import { linkInternals } from "./rhea-internals.ts";

const { types } = rhea;

const FILTER = "com.microsoft:session-filter";
const LOCKED_UNTIL = "com.microsoft:locked-until-utc";
const TIMEOUT = "com.microsoft:timeout";

/** How long an accept waits when the client names no timeout, in ms. */
const DEFAULT_TIMEOUT = 60_000;
/** .NET ticks (100 ns since the year 1) at the start of 1970. */
const TICKS_AT_1970 = 621_355_968_000_000_000n;

/** What a receiver asks of sessions: nothing, a named one, or (null) the next available. */
export function sessionWish(link: Sender): { id: string | null } | undefined {
  const filter = link.source?.filter as Record<string, unknown> | undefined | null;
  if (filter === undefined || filter === null || !(FILTER in filter)) return undefined;
  const id: unknown = (filter[FILTER] as { value?: unknown } | null)?.value ?? filter[FILTER];
  return { id: typeof id === "string" ? id : null };
}

/** How long the accept may wait, in ms. */
export function acceptTimeout(link: Sender): number {
  const value: unknown = (link.properties as Record<string, unknown> | undefined | null)?.[TIMEOUT];
  return typeof value === "number" && value >= 0 ? value : DEFAULT_TIMEOUT;
}

/**
 * Keeps rhea from answering an attach by itself, so that an accept can wait. `link.open()` answers it later.
 * To be called while the link's `sender_open` event is being handled.
 */
export function withholdAttach(link: Sender): void {
  const { state } = linkInternals(link);
  state.local_open = false;
  state.open_requests--;
}

/** Answers a withheld attach: the session is the client's, locked until the time given. */
export function answerWithSession(link: Sender, session: Session): void {
  link.set_source({ address: link.source.address, filter: { [FILTER]: session.id } });
  const ticks = Buffer.alloc(8);
  ticks.writeBigInt64BE(BigInt(Math.round(session.lockedUntil)) * 10_000n + TICKS_AT_1970);
  linkInternals(link).local.attach.properties = { [LOCKED_UNTIL]: types.wrap_long(ticks) };
  link.open();
}
