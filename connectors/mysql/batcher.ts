import { RetryableError } from "../../engine/errors/retryable-error.ts";

/**
 * `item`: one item's own, whichever. `company`: of the items' being together, or of somebody else's work on the same
 * things; one by one some may get through. `server`: nobody's here; every further item would fail alike.
 */
export type Blame = "item" | "company" | "server";

/** So many items that fail on their own, not through their own fault, are enough to give up the rest of a batch. */
const STRIKES = 3;

/** What a batcher works with. */
export interface BatcherOptions<Item, Result> {
  /** Items of one key never share a batch, and keep their order. */
  key: (item: Item) => string;
  /** Does a whole batch or nothing of it; one result per item, in their order. */
  work: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Whose fault a failure is, from the error that `work` threw. */
  blame: (error: unknown) => Blame;
  /** Most items of a batch. Default 100. */
  most?: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what comes while a batch is at work into the next one. A batch that fails is done again one by one, so
 * that a bad item fails alone.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Waiting<Item, Result>[] = [];
  #working = false;

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  /**
   * Resolves when the item is done. Rejects with what its work threw, or with a RetryableError as soon as `signal`
   * aborts: an item that still waits is then never begun, one at work may yet be done.
   */
  add(item: Item, signal: AbortSignal): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const giveUp = (): void => reject(new RetryableError("the attempt ran out of time"));
    if (signal.aborted) giveUp();
    else {
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push({ item, signal, resolve, reject });
      this.#start();
    }
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  #start(): void {
    if (this.#working) return;
    this.#working = true;
    // Whatever comes in the same turn of the event loop belongs to the same batch.
    setImmediate(() => void this.#run());
  }

  /** Never rejects: every failure belongs to the items that it befell. */
  async #run(): Promise<void> {
    for (let batch = this.#next(); batch.length > 0; batch = this.#next()) await this.#settle(batch);
    this.#working = false;
  }

  async #settle(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.work(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length > 1 && this.#options.blame(error) !== "server") await this.#settleOneByOne(batch);
      else for (const { reject } of batch) reject(error);
    }
  }

  async #settleOneByOne(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    let strikes = 0;
    for (const [index, { item, signal, resolve, reject }] of batch.entries()) {
      if (signal.aborted) continue;
      try {
        const [result] = await this.#options.work([item]);
        resolve(result as Result);
      } catch (error) {
        reject(error);
        const blame = this.#options.blame(error);
        if (blame !== "item") strikes += blame === "server" ? STRIKES : 1;
        if (strikes < STRIKES) continue;
        for (const rest of batch.slice(index + 1)) rest.reject(error);
        return;
      }
    }
  }

  #next(): readonly Waiting<Item, Result>[] {
    const { key, most = 100 } = this.#options;
    const taken: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const keys = new Set<string>();
    for (const one of this.#waiting) {
      if (one.signal.aborted) continue;
      const fits = taken.length < most && !keys.has(key(one.item));
      // A later item of the same key must not overtake one that stays behind.
      keys.add(key(one.item));
      (fits ? taken : left).push(one);
    }
    this.#waiting = left;
    return taken;
  }
}
