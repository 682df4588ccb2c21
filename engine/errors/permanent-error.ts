import type { AttemptEvidence } from "./retryable-error.ts";

/** A destination refused a delivery, and the same one would be refused again: other 4xx, a row that does not fit. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
  readonly request: unknown;
  readonly response: unknown;

  constructor(message: string, evidence: AttemptEvidence = {}) {
    super(message, { cause: evidence.cause });
    this.request = evidence.request;
    this.response = evidence.response;
  }
}
