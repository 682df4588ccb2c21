import { setImmediate as nextTurn } from "node:timers/promises";
import { vi } from "vitest";

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Time that passes as fast as what is to happen in it has happened: timers and `Date.now` obey it from `install` until
 * the mocks are restored. (Vitest's own look through all timers for the next one, of which there are too many here.)
 */
export class SimulatedTime {
  #now: number;
  #ids = 0;
  /** Those to come, as a heap: the earliest is the first. */
  readonly #heap: Timer[] = [];
  readonly #ended = new Set<number>();

  constructor(now: number) {
    this.#now = now;
  }

  install(): void {
    vi.spyOn(Date, "now").mockImplementation(() => this.#now);
    const start = (work: () => void, ms = 0): NodeJS.Timeout => this.#start(work, ms, false);
    const repeat = (work: () => void, ms = 0): NodeJS.Timeout => this.#start(work, ms, true);
    const end = (timer?: NodeJS.Timeout): void => void (timer && this.#ended.add(Number(timer)));
    vi.stubGlobal("setTimeout", start);
    vi.stubGlobal("setInterval", repeat);
    vi.stubGlobal("clearTimeout", end);
    vi.stubGlobal("clearInterval", end);
  }

  /** Lets so many milliseconds pass, and all happen that happens in them. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await nextTurn();
      const [first] = this.#heap;
      if (!first || first.at > until) break;
      this.#takeFirst();
      if (this.#ended.delete(first.id)) continue;
      this.#now = first.at;
      first.fire();
    }
    this.#now = until;
  }

  #start(work: () => void, ms: number, again: boolean): NodeJS.Timeout {
    const id = (this.#ids += 1);
    const add = (): void => {
      const at = this.#now + Math.max(1, ms);
      this.#add({ id, at, fire: again ? () => (add(), work()) : work });
    };
    add();
    return { [Symbol.toPrimitive]: () => id, unref() {}, ref() {} } as unknown as NodeJS.Timeout;
  }

  #add(timer: Timer): void {
    const heap = this.#heap;
    let place = heap.push(timer) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(timer, parent)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = timer;
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      if (!left) break;
      const [below, child] =
        right && isBefore(right, left) ? ([2 * place + 2, right] as const) : ([2 * place + 1, left] as const);
      if (!isBefore(child, last)) break;
      heap[place] = child;
      place = below;
    }
    heap[place] = last;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.id < other.id);
}
