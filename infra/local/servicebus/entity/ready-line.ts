import type { BrokerMessage } from "./message.ts";

/**
 * The messages that wait for a receiver, in order of sequence number. New ones join at the end; one that comes
 * back (abandoned, lock lost) takes its old place. Both cost O(1), or O(log r) with r messages that came back.
 */
export class ReadyLine {
  private line: (BrokerMessage | undefined)[] = [];
  private head = 0;
  /** Binary heap by sequence of those that came back. */
  private readonly returned: BrokerMessage[] = [];

  /** Puts a message in its place. Its state must be `ready`. */
  add(message: BrokerMessage): void {
    const last = this.line.at(-1);
    if (this.head === this.line.length || (last !== undefined && last.sequence < message.sequence)) {
      this.line.push(message);
    } else {
      this.siftUp(message);
    }
  }

  /** The first message, which stays where it is; those gone or taken in the meantime are dropped on the way. */
  first(): BrokerMessage | undefined {
    while (this.head < this.line.length && this.line[this.head]?.state !== "ready") this.shift();
    while (this.returned.length > 0 && this.returned[0]?.state !== "ready") this.pop();
    const fresh = this.line[this.head];
    const back = this.returned[0];
    if (fresh === undefined) return back;
    return back !== undefined && back.sequence < fresh.sequence ? back : fresh;
  }

  /** Takes the first message out. */
  take(): BrokerMessage | undefined {
    const message = this.first();
    if (message === undefined) return undefined;
    if (message === this.returned[0]) this.pop();
    else this.shift();
    return message;
  }

  private shift(): void {
    this.line[this.head++] = undefined;
    if (this.head === this.line.length) {
      this.line = [];
      this.head = 0;
    } else if (this.head > 1024 && this.head * 2 > this.line.length) {
      this.line = this.line.slice(this.head);
      this.head = 0;
    }
  }

  private siftUp(message: BrokerMessage): void {
    const heap = this.returned;
    let at = heap.length;
    heap.push(message);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent]!;
      if (above.sequence <= message.sequence) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = message;
  }

  private pop(): void {
    const heap = this.returned;
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.sequence < heap[child]!.sequence) child++;
      if (heap[child]!.sequence >= moved.sequence) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = moved;
  }
}
