import { codeWord } from "../failure.ts";
import type { Answer } from "../http/answer.ts";

/**
 * What one operation on one item came to. A refusal (409, 412, 404 …) is an outcome like any other: in a
 * batch it is one line of the answer.
 */
export interface Outcome {
  readonly status: number;
  /** The item's text, where the operation gives one back. */
  readonly body?: string;
  readonly etag?: string;
  readonly substatus?: number;
  /** Why it was refused. */
  readonly message?: string;
  readonly charge: number;
}

/** A refusal and its reason. */
export function refused(status: number, message: string, substatus = 0): Outcome {
  return { status, message, substatus, charge: 1.24 };
}

/** What the service would roughly charge for reading this many characters. */
export function readCharge(length: number): number {
  return Math.max(1, Math.ceil(length / 1024));
}

/** What the service would roughly charge for writing this many characters. */
export function writeCharge(length: number): number {
  return 5.71 + 1.5 * Math.floor(length / 1024);
}

/** True when the operation did what was asked. */
export function succeeded(outcome: Outcome): boolean {
  return outcome.status < 300 || outcome.status === 304;
}

/** The answer of a request that was this one operation. */
export function outcomeAnswer(outcome: Outcome): Answer {
  const { status, message, substatus, etag, charge } = outcome;
  const body = message === undefined ? outcome.body : JSON.stringify({ code: codeWord(status), message });
  return { status, body, etag, substatus, charge };
}
