/** A destination's answer, as a response mapping sees it. */
export interface RestResponse {
  readonly status: number;
  /** By lower-case name; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body; undefined where it is no JSON, or over 1 MB. */
  readonly json: unknown;
  /** The body as UTF-8, at most 1 MB. */
  readonly text: string;
}

/** What a response mapping makes of an answer; made by {@link delivered}, {@link retry} and {@link refused}. */
export type RestVerdict =
  | { readonly verdict: "delivered"; readonly remoteId?: string }
  | { readonly verdict: "retry"; readonly reason: string; readonly afterMs?: number }
  | { readonly verdict: "refused"; readonly reason: string };

/** Longest id of a destination that is kept. */
const MAX_REMOTE_ID = 1024;

/**
 * The destination has this version. `remoteId` is its own id of the entity, 1 to 1,024 characters: later mappings get
 * it. Default: the one that it told before stands. Throws a TypeError for another one.
 */
export function delivered({ remoteId }: { readonly remoteId?: string | undefined } = {}): RestVerdict {
  if (remoteId === undefined) return { verdict: "delivered" };
  if (typeof remoteId === "string" && remoteId.length > 0 && remoteId.length <= MAX_REMOTE_ID) {
    return { verdict: "delivered", remoteId };
  }
  throw new TypeError(`a remoteId must be 1 to ${MAX_REMOTE_ID} characters`);
}

/**
 * The destination does not take it now, but may later. `afterMs`: not before so many milliseconds, 0 or more; default:
 * as `Retry-After` says, else as the engine sees fit. Throws a TypeError for another wait.
 */
export function retry(
  reason: string,
  { afterMs }: { readonly afterMs?: number | undefined } = {},
): RestVerdict {
  if (afterMs === undefined) return { verdict: "retry", reason };
  if (afterMs >= 0) return { verdict: "retry", reason, afterMs };
  throw new TypeError("afterMs must be 0 or more");
}

/** The destination will never take this version; the reason reaches the delivery record. */
export function refused(reason: string): RestVerdict {
  return { verdict: "refused", reason };
}
