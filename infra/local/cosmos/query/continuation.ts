import { badRequest } from "../failure.ts";
import type { Position, Way } from "./scan.ts";

/** Where a query goes on: sent to the client as text and back again; the server keeps nothing. */
export interface Continuation {
  /** The last item that is dealt with altogether; absent at the beginning. */
  readonly after?: Position;
  /** The way the scan goes, which the position belongs to. */
  readonly way?: Way;
  /** How many results of the item after that were given already. */
  readonly within: number;
  /** How many results OFFSET swallowed, and how many were given, so far. */
  readonly skipped: number;
  readonly given: number;
}

/** The beginning of a query. */
export const beginning: Continuation = { within: 0, skipped: 0, given: 0 };

/** Writes a continuation as a header value: ASCII, whatever the sorted values are. */
export function writeContinuation(continuation: Continuation): string {
  return Buffer.from(JSON.stringify(continuation)).toString("base64url");
}

/** Reads a continuation; throws `Failure` 400 when it is not one of ours. */
export function readContinuation(text: string | undefined): Continuation {
  if (text === undefined) return beginning;
  try {
    const read = JSON.parse(Buffer.from(text, "base64url").toString()) as Partial<Continuation>;
    const { after, within, skipped, given } = read;
    const numbers = [within, skipped, given].every((count) => Number.isSafeInteger(count));
    if (numbers && (after === undefined || Array.isArray(after))) return read as Continuation;
  } catch {
    // Told below.
  }
  throw badRequest("The continuation token is invalid.");
}
