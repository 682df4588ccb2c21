import type { Delay } from "../deliveries/pending.ts";

/** A destination takes nothing now: the delivery waits, without counting as one that failed. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";
  readonly delay: Delay;

  constructor(delay: Delay) {
    super(`the destination takes nothing now: ${delay.detail}`);
    this.delay = delay;
  }
}
