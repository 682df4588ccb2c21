import { setImmediate as nextTurn } from "node:timers/promises";

/** How long a query may keep the event loop before others get their turn, in milliseconds. */
const turnMs = 8;

/** Divides long work into turns, so that a scan of everything does not hold up a point read. */
export class Turn {
  #since = performance.now();

  /** Waits for the next turn of the event loop when this one has lasted long enough. */
  async over(): Promise<void> {
    if (performance.now() - this.#since < turnMs) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
