import fc from "fast-check";
import { expect, test } from "vitest";
import { DeadlineHeap } from "../../../infra/local/servicebus/entity/deadline-heap.ts";
import type { BrokerMessage } from "../../../infra/local/servicebus/entity/message.ts";
import { ReadyLine } from "../../../infra/local/servicebus/entity/ready-line.ts";
import { SequenceIndex } from "../../../infra/local/servicebus/entity/sequence-index.ts";

function messageOf(sequence: number): BrokerMessage {
  return {
    sequence,
    enqueuedSequence: sequence,
    messageId: String(sequence),
    sessionId: undefined,
    enqueuedAt: 0,
    expiresAt: Infinity,
    scheduledFor: undefined,
    deadLetterSource: undefined,
    deliveryCount: 0,
    state: "ready",
    content: undefined,
    memory: 0,
    lock: undefined,
    heapIndex: -1,
  };
}

test("the line gives the lowest number first, whatever is added, taken, returned and dropped", () => {
  const step = fc.constantFrom("add", "take", "return", "drop");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 0 }), (steps, seed) => {
      const line = new ReadyLine();
      const ready: BrokerMessage[] = [];
      const taken: BrokerMessage[] = [];
      const given: [BrokerMessage | undefined, BrokerMessage | undefined][] = [];
      let last = 0;
      for (const [i, action] of steps.entries()) {
        if (action === "add") {
          const message = messageOf(++last);
          ready.push(message);
          line.add(message);
        } else if (action === "take") {
          ready.sort((a, b) => a.sequence - b.sequence);
          const expected = ready.shift();
          given.push([line.take(), expected]);
          if (expected !== undefined) {
            expected.state = "locked";
            taken.push(expected);
          }
        } else if (action === "return") {
          const [message] = taken.splice((seed + i) % Math.max(1, taken.length), 1);
          if (message === undefined) continue;
          message.state = "ready";
          ready.push(message);
          line.add(message);
        } else {
          const [message] = ready.splice((seed + i) % Math.max(1, ready.length), 1);
          if (message !== undefined) message.state = "gone";
        }
      }
      for (const [actual, expected] of given) expect(actual).toBe(expected);
    }),
  );
});

test("the heap gives what is due, earliest first, without what was removed", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.boolean())), (entries) => {
      const heap = new DeadlineHeap<{ heapIndex: number; at: number }>((item) => item.at);
      const items = entries.map(([at]) => ({ at, heapIndex: -1 }));
      for (const item of items) heap.add(item);
      for (const [i, [, removed]] of entries.entries()) if (removed) heap.remove(items[i]!);
      const left = items.filter((_, i) => !entries[i]![1]).map(({ at }) => at);
      const due = Array.from(heap.due(50), ({ at }) => at);
      expect(due).toEqual(left.filter((at) => at <= 50).sort((a, b) => a - b));
      expect(heap.first?.at).toBe(left.filter((at) => at > 50).sort((a, b) => a - b)[0]);
    }),
  );
});

test("the index begins anywhere and skips what is gone", () => {
  const index = new SequenceIndex();
  for (let i = 1; i <= 5000; i++) index.add(messageOf(i));
  for (let i = 1; i <= 5000; i++) if (i % 7 !== 0 && i > 10) index.remove(i);
  expect(index.get(7)?.sequence).toBe(7);
  expect(index.get(12)).toBeUndefined();
  const all = Array.from(index.from(0), ({ sequence }) => sequence);
  expect(all).toHaveLength(index.size);
  expect(all.slice(0, 12)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 21]);
  expect(Array.from(index.from(4980), ({ sequence }) => sequence)).toEqual([4984, 4991, 4998]);
  expect(Array.from(index.from(9999))).toEqual([]);
});
