/** Something with a deadline that can sit in one heap at a time. */
export interface Timed {
  /** Place in the heap, -1 when outside. Kept by the heap. */
  heapIndex: number;
}

/** The earliest deadline first; adding, and removing from anywhere, cost O(log n). */
export class DeadlineHeap<T extends Timed> {
  private readonly items: T[] = [];
  private readonly deadline: (item: T) => number;

  /** `deadline` gives an item's time in ms since 1970; it must not change while the item is inside. */
  constructor(deadline: (item: T) => number) {
    this.deadline = deadline;
  }

  /** The item that is due first. */
  get first(): T | undefined {
    return this.items[0];
  }

  add(item: T): void {
    this.items.push(item);
    this.up(item, this.items.length - 1);
  }

  /** Takes an item out; nothing happens when it is not inside. */
  remove(item: T): void {
    const at = item.heapIndex;
    if (at < 0 || this.items[at] !== item) return;
    item.heapIndex = -1;
    const last = this.items.pop()!;
    if (last === item) return;
    this.up(last, at);
    this.down(last, last.heapIndex);
  }

  /** Takes out everything due at `now`, earliest first. */
  *due(now: number): Generator<T> {
    for (let item = this.items[0]; item !== undefined && this.deadline(item) <= now; item = this.items[0]) {
      this.remove(item);
      yield item;
    }
  }

  private put(item: T, at: number): void {
    this.items[at] = item;
    item.heapIndex = at;
  }

  private up(item: T, from: number): void {
    let at = from;
    const time = this.deadline(item);
    while (at > 0) {
      const parent = this.items[(at - 1) >> 1]!;
      if (this.deadline(parent) <= time) break;
      this.put(parent, at);
      at = (at - 1) >> 1;
    }
    this.put(item, at);
  }

  private down(item: T, from: number): void {
    let at = from;
    const time = this.deadline(item);
    for (;;) {
      let child = at * 2 + 1;
      if (child >= this.items.length) break;
      const right = this.items[child + 1];
      if (right !== undefined && this.deadline(right) < this.deadline(this.items[child]!)) child++;
      const below = this.items[child]!;
      if (this.deadline(below) >= time) break;
      this.put(below, at);
      at = child;
    }
    this.put(item, at);
  }
}
