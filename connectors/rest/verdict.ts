import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { AttemptEvidence } from "../../engine/errors/retryable-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { HttpAnswer } from "./exchange.ts";
import type { RestVerdict } from "./response.ts";

/**
 * Statuses below 500 that say "not now" rather than "no": timeout, too early, too many requests; and those for an
 * operator to mend, whose token expired or was rotated.
 */
const LATER = new Set([401, 403, 407, 408, 425, 429]);
/** Longest wait that a destination can ask for, in milliseconds: one day. */
const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

/** Whether a status says that the request did what it should; a DELETE of what is not there did. */
export function succeeded(method: string, status: number): boolean {
  if (method === "DELETE" && (status === 404 || status === 410)) return true;
  return status >= 200 && status <= 299;
}

/**
 * The error of an answer that is no success: a RetryableError for 401, 403, 407, 408, 425, 429 and 5xx, with the wait
 * that `Retry-After` asks for, else a PermanentError. `what` names the request in the message.
 */
export function failure(
  what: string,
  answer: HttpAnswer,
  evidence: AttemptEvidence = {},
): RetryableError | PermanentError {
  const message = `${what} was answered ${answer.status}`;
  if (!LATER.has(answer.status) && answer.status < 500) return new PermanentError(message, evidence);
  const asked = retryAfterMs(answer.headers["retry-after"], Date.now());
  return new RetryableError(message, asked === undefined ? evidence : { ...evidence, retryAfterMs: asked });
}

/**
 * The error of an answer that a response mapping took for no success: a RetryableError with the wait that it or
 * `Retry-After` names, or a PermanentError. `what` names the request in the message.
 */
export function judged(
  what: string,
  verdict: Exclude<RestVerdict, { verdict: "delivered" }>,
  answer: HttpAnswer,
  evidence: AttemptEvidence,
): RetryableError | PermanentError {
  const message = `${what} was answered ${answer.status}: ${verdict.reason}`;
  if (verdict.verdict === "refused") return new PermanentError(message, evidence);
  const asked = verdict.afterMs ?? retryAfterMs(answer.headers["retry-after"], Date.now());
  if (asked === undefined) return new RetryableError(message, evidence);
  return new RetryableError(message, { ...evidence, retryAfterMs: Math.min(asked, MAX_RETRY_AFTER_MS) });
}

/**
 * The wait in a `Retry-After` header, in milliseconds from `now`: seconds or an HTTP date (RFC 9110, 10.2.3), at
 * most a day. Undefined when there is none that can be read.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  // Date.parse alone would also take "-1" for a year.
  const date = /^[A-Z].*GMT$/i.test(text) ? Date.parse(text) : Number.NaN;
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : date - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS);
}
