/** What a failed attempt to deliver saw, for its record. */
export interface AttemptEvidence {
  readonly request?: unknown;
  readonly response?: unknown;
  readonly cause?: unknown;
}

/** A destination did not take a delivery, but may later: 401, 403, 407, 408, 425, 429, 5xx, network faults, deadlocks. */
export class RetryableError extends Error {
  override readonly name = "RetryableError";
  readonly request: unknown;
  readonly response: unknown;
  /** How long the destination asked to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The destination is well, only this delivery had bad luck (a deadlock): it does not count against it. */
  readonly own: boolean;

  constructor(message: string, evidence: AttemptEvidence & { retryAfterMs?: number; own?: boolean } = {}) {
    super(message, { cause: evidence.cause });
    this.request = evidence.request;
    this.response = evidence.response;
    this.retryAfterMs = evidence.retryAfterMs;
    this.own = evidence.own ?? false;
  }
}
