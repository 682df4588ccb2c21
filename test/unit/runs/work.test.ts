import { describe, expect, test } from "vitest";
import { PermanentError } from "../../../engine/errors/permanent-error.ts";
import { cancelRun } from "../../../engine/runs/cancel.ts";
import { readRun, type Run } from "../../../engine/runs/run.ts";
import { type RunMessage, startRun } from "../../../engine/runs/start.ts";
import { type Worker, type Working, workOn } from "../../../engine/runs/work.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";

/** A run of a kind that counts to ten; each host that takes the message works with a worker of the test. */
class Bench {
  readonly ports: MemoryPorts = memoryPorts();
  run = "";

  async start(): Promise<RunMessage> {
    const work = {
      kind: "replay",
      name: "things",
      request: { to: 10 },
      actor: "ana",
      unit: "things",
    } as const;
    this.run = await startRun(this.ports, work);
    return this.messages()[0] as RunMessage;
  }

  work(message: RunMessage, worker: Worker<number>): Promise<void> {
    return workOn(message, this.ports, worker);
  }

  messages(): unknown[] {
    return this.ports.sent("runs").map(({ body }) => body);
  }

  async stands(): Promise<Run | undefined> {
    return readRun(this.ports.documents, this.run);
  }
}

/** Counts on from where the slice before left off, to ten; `after` happens after each step that was saved. */
function counting(after: (count: number, run: Working<number>) => unknown = () => {}): Worker<number> {
  return async (run) => {
    let count = run.state ?? 0;
    while (count < 10) {
      if (run.spent()) return "again";
      count += 1;
      await run.save({ done: count, total: 10, state: count });
      await after(count, run);
    }
    return { count };
  };
}

describe("a run", () => {
  test("that is begun again within its slice goes on from what was saved last", async () => {
    const bench = new Bench();
    const message = await bench.start();
    let fails = true;
    const worker = counting((count) => {
      if (fails && count === 4) throw new Error("the server is away");
    });
    await bench.work(message, async (run) => {
      await expect(worker(run)).rejects.toThrow("the server is away");
      fails = false;
      expect(run.state).toBe(4);
      return worker(run);
    });
    expect(await bench.stands()).toMatchObject({ status: "succeeded", result: { count: 10 } });
  });

  test("gets what was asked and who asked, and ends with its result", async () => {
    const bench = new Bench();
    const message = await bench.start();
    expect(await bench.stands()).toMatchObject({ status: "queued", actor: "ana", request: { to: 10 } });
    const seen: unknown[] = [];
    await bench.work(message, async (run) => {
      seen.push(run.request, run.actor, run.id, run.state);
      expect(await bench.stands()).toMatchObject({ status: "running", startedAt: run.startedAt });
      return counting()(run);
    });
    expect(seen).toEqual([{ to: 10 }, "ana", bench.run, undefined]);
    const ended = await bench.stands();
    expect(ended).toMatchObject({
      status: "succeeded",
      progress: { done: 10, total: 10, unit: "things" },
      result: { count: 10 },
      endedAt: new Date(bench.ports.time).toISOString(),
    });
    expect(ended).not.toHaveProperty("state");
  });

  test("longer than a slice goes on with a message of its own, behind whatever came in between", async () => {
    const bench = new Bench();
    const first = await bench.start();
    const began = bench.ports.time;
    const twoMinutes = (): void => void (bench.ports.time += 2 * 60_000);
    await bench.work(first, counting(twoMinutes));
    expect(await bench.stands()).toMatchObject({ status: "running", state: 3, progress: { done: 3 } });
    const sent = bench.ports.sent("runs");
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ body: first, sessionId: "replay|things" });
    expect(sent[1]?.messageId).not.toBe(sent[0]?.messageId);

    for (let slice = 1; (await bench.stands())?.endedAt === undefined; slice += 1) {
      await bench.work(bench.messages()[slice] as RunMessage, counting(twoMinutes));
    }
    expect(await bench.stands()).toMatchObject({
      status: "succeeded",
      startedAt: new Date(began).toISOString(),
      result: { count: 10 },
    });
    expect(bench.messages()).toHaveLength(4);
  });

  test("whose host died goes on from what was saved last, when its message comes again", async () => {
    const bench = new Bench();
    const message = await bench.start();
    const died = bench.work(
      message,
      counting((count) => {
        if (count === 4) throw new Error("the host went away");
      }),
    );
    await expect(died).rejects.toThrow("the host went away");
    expect(await bench.stands()).toMatchObject({ status: "running", state: 4 });
    const counts: number[] = [];
    await bench.work(
      message,
      counting((count) => counts.push(count)),
    );
    expect(counts).toEqual([5, 6, 7, 8, 9, 10]);
    expect(await bench.stands()).toMatchObject({ status: "succeeded" });
  });

  test("that cannot succeed ends as failed, with the reason", async () => {
    const bench = new Bench();
    const message = await bench.start();
    await bench.work(message, async () => {
      throw new PermanentError("there is no such thing");
    });
    expect(await bench.stands()).toMatchObject({ status: "failed", error: "there is no such thing" });
  });

  test("comes again where the store fails, and where the queue does at the end of a slice", async () => {
    const bench = new Bench();
    const message = await bench.start();
    bench.ports.failure = { of: "documents", error: new Error("the store is down") };
    await expect(bench.work(message, counting())).rejects.toThrow("the store is down");
    bench.ports.failure = { of: "queue", error: new Error("the queue is down") };
    const slow = counting(() => (bench.ports.time += 60 * 60_000));
    await expect(bench.work(message, slow)).rejects.toThrow("the queue is down");
    bench.ports.failure = undefined;
    await bench.work(message, counting());
    expect(await bench.stands()).toMatchObject({ status: "succeeded", result: { count: 10 } });
  });
});

describe("a run that is cancelled", () => {
  test("while it waits in line ends at once, and its message finds nothing to do", async () => {
    const bench = new Bench();
    const message = await bench.start();
    expect(await cancelRun(bench.ports, bench.run, "eva")).toBe(true);
    expect(await bench.stands()).toMatchObject({ status: "cancelled", endedAt: expect.any(String) });
    await bench.work(message, async () => expect.unreachable("it was cancelled"));
    expect(await cancelRun(bench.ports, bench.run, "eva")).toBe(false);
  });

  test("while it is at work ends at its next save; what it did stays done", async () => {
    const bench = new Bench();
    const message = await bench.start();
    await bench.work(
      message,
      counting(async (count) => {
        if (count === 3) await cancelRun(bench.ports, bench.run, "eva");
      }),
    );
    expect(await bench.stands()).toMatchObject({ status: "cancelled", progress: { done: 4 } });
    const cancel = await bench.ports.documents.read("operations", bench.run, "cancel");
    expect(cancel?.item).toMatchObject({ by: "eva", run: bench.run });
  });

  test("between two slices ends with the next message, before anything is done", async () => {
    const bench = new Bench();
    await bench.work(
      await bench.start(),
      counting(() => (bench.ports.time += 60 * 60_000)),
    );
    await cancelRun(bench.ports, bench.run, "eva");
    expect(await bench.stands()).toMatchObject({ status: "running" });
    await bench.work(bench.messages()[1] as RunMessage, async () => expect.unreachable("it was cancelled"));
    expect(await bench.stands()).toMatchObject({ status: "cancelled" });
  });
});

describe("a message that comes twice", () => {
  test("after the run's end has no effect", async () => {
    const bench = new Bench();
    const message = await bench.start();
    await bench.work(message, counting());
    const ended = await bench.stands();
    await bench.work(message, async () => expect.unreachable("it has ended"));
    expect(await bench.stands()).toEqual(ended);
  });

  test("while its host still works without knowing that it lost the session: the later host goes on, alone", async () => {
    const bench = new Bench();
    const message = await bench.start();
    const later: number[] = [];
    const earlier = bench.work(
      message,
      counting(async (count) => {
        // Here the lock is lost, and another host gets the message.
        if (count === 2) {
          await bench.work(
            message,
            counting((step) => later.push(step)),
          );
        }
      }),
    );
    await expect(earlier).rejects.toThrow("changed under us");
    expect(later).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
    // The earlier host neither opens the run again nor sets it back.
    expect(await bench.stands()).toMatchObject({ status: "succeeded", progress: { done: 10 } });
  });
});
