import { describe, expect, it } from "vitest";
import { cancelSequenceRun } from "../../../../engine/sequences/runs/cancel-sequence-run.ts";
import { TICK_MS, tickSequences } from "../../../../engine/sequences/runs/tick.ts";
import { CHAIN } from "./book-of.ts";
import { SequenceDesk } from "./sequence-desk.ts";

const limited = (when_full: string, limit = 1): unknown => ({ ...CHAIN, concurrency: { limit, when_full } });

describe("a run for which there is no slot", () => {
  it("waits, and begins when the one before it has ended", async () => {
    const desk = new SequenceDesk({ chain: limited("queue") });
    const first = await desk.begin("chain");
    const second = await desk.begin("chain");
    expect(desk.waiting()).toMatchObject([{ sessionId: first }]);
    expect(await desk.run(second)).toMatchObject({ status: "queued" });
    await desk.drain();
    expect(desk.orders.map(({ run }) => run)).toEqual([first, first, first, second, second, second]);
    expect(await desk.run(second)).toMatchObject({ status: "succeeded" });
    expect(desk.ports.items("control")).toMatchObject([
      { id: "sequence-state|chain", active: [], waiting: [] },
    ]);
  });

  it("is skipped, and says so", async () => {
    const desk = new SequenceDesk({ chain: limited("skip") });
    const first = await desk.begin("chain");
    const second = await desk.begin("chain");
    await desk.drain();
    expect(await desk.run(first)).toMatchObject({ status: "succeeded" });
    expect(await desk.run(second)).toMatchObject({
      status: "cancelled",
      error: "it was skipped: as many runs of the sequence as may be are at work already",
    });
    expect(await desk.run(await desk.begin("chain"))).toMatchObject({ status: "queued" });
  });

  it("has the oldest one cancelled, and takes its slot", async () => {
    const desk = new SequenceDesk({ chain: limited("cancel", 2) });
    const runs = [await desk.begin("chain"), await desk.begin("chain"), await desk.begin("chain")];
    await desk.drain();
    expect(await Promise.all(runs.map(async (run) => (await desk.run(run)).status))).toEqual([
      "cancelled",
      "succeeded",
      "succeeded",
    ]);
  });

  it("leaves the line when it is cancelled", async () => {
    const desk = new SequenceDesk({ chain: limited("queue") });
    const [, second, third] = [
      await desk.begin("chain"),
      await desk.begin("chain"),
      await desk.begin("chain"),
    ];
    await cancelSequenceRun(desk.ports, second ?? "", "eva");
    expect(desk.ports.items("control")).toMatchObject([{ waiting: [third] }]);
    await desk.drain();
    expect(await desk.run(second ?? "")).toMatchObject({ status: "cancelled" });
    expect(await desk.run(third ?? "")).toMatchObject({ status: "succeeded" });
  });

  it("is turned away where 10,000 wait already", async () => {
    const desk = new SequenceDesk({ chain: limited("queue") });
    await desk.begin("chain");
    const [item] = desk.ports.items("control");
    const full = { ...item, id: "sequence-state|chain", waiting: Array.from({ length: 10_000 }, String) };
    await desk.ports.documents.write("control", full.id, [{ op: "upsert", item: full }]);
    expect(await desk.start("chain")).toEqual({ outcome: "full", waiting: 10_000 });
    expect(desk.runs("chain")).toHaveLength(1);
  });
});

describe("what a host left undone that went away", () => {
  it("a run that is recorded and nothing more is begun by a tick", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    desk.ports.failure = { of: "queue", error: new Error("the queue is down") };
    const run = await desk.begin("chain");
    desk.ports.failure = undefined;
    await tickSequences(desk.work);
    // It is left to who recorded it for a while.
    expect(desk.waiting()).toEqual([]);
    desk.ports.time += TICK_MS + 1;
    await tickSequences(desk.work);
    await tickSequences(desk.work);
    expect(desk.waiting()).toHaveLength(1);
    await desk.drain();
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
  });

  it("a slot of a run that ended is freed by a tick", async () => {
    const desk = new SequenceDesk({ chain: limited("queue") });
    const first = await desk.begin("chain");
    const second = await desk.begin("chain");
    const { state: _state, ...run } = await desk.run(first);
    const ended = { ...run, status: "failed", endedAt: new Date(desk.ports.time).toISOString() };
    await desk.ports.documents.write("operations", first, [{ op: "upsert", item: ended }]);
    // Not even a faulty file of the sequence keeps it from that.
    const book = { ...desk.book, find: () => Promise.reject(new Error("chain.json: unexpected end")) };
    await tickSequences({ ...desk.work, book });
    expect(desk.ports.items("control")).toMatchObject([{ active: [{ run: second }], waiting: [] }]);
    await desk.drain();
    expect(await desk.run(second)).toMatchObject({ status: "succeeded" });
  });

  it("a higher limit begins those that wait, at the next tick", async () => {
    const desk = new SequenceDesk({ chain: limited("queue") });
    const runs = [await desk.begin("chain"), await desk.begin("chain"), await desk.begin("chain")];
    desk.book.set("chain", limited("queue", 3));
    await tickSequences(desk.work);
    expect(desk.waiting().map(({ sessionId }) => sessionId)).toEqual(runs);
  });

  it("a run that fell silent has its message sent again, once an hour", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await desk.begin("chain");
    const lost = desk.take();
    const sent: string[] = [];
    const queue = () => ({
      send: async (all: readonly { messageId: string }[]) =>
        void sent.push(...all.map(({ messageId }) => messageId)),
    });
    const work = { ...desk.work, ports: { ...desk.work.ports, documents: desk.ports.documents, queue } };
    desk.ports.time += 60 * 60_000;
    await tickSequences(work);
    expect(sent).toEqual([]);
    desk.ports.time += 1;
    await tickSequences(work);
    await tickSequences(work);
    expect(sent).toEqual([`${run}#0#1`]);
    await desk.next(lost);
    await desk.drain();
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
  });
});
