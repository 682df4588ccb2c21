import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { cancelSequenceRun } from "../../../../engine/sequences/runs/cancel-sequence-run.ts";
import { deadStep } from "../../../../engine/sequences/runs/dead-step.ts";
import type { StepEnd, StepRunner } from "../../../../engine/sequences/step.ts";
import { CHAIN } from "./book-of.ts";
import { endure, fail, SequenceDesk, succeed } from "./sequence-desk.ts";

const [extract, clean, load] = CHAIN.steps;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a run", () => {
  it("does its steps in order, each by a message of its own in the run's session, and ends", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await desk.begin("chain");
    expect(await desk.run(run)).toMatchObject({
      status: "queued",
      actor: "eva",
      progress: { done: 0, total: 3 },
    });
    await desk.drain();
    expect(desk.ports.sent("steps")).toEqual([
      { body: { run, step: 0, round: 1 }, sessionId: run, messageId: `${run}#0#1` },
      { body: { run, step: 1, round: 1 }, sessionId: run, messageId: `${run}#1#1` },
      { body: { run, step: 2, round: 1 }, sessionId: run, messageId: `${run}#2#1` },
    ]);
    expect(await desk.run(run)).toMatchObject({ status: "succeeded", progress: { done: 3, total: 3 } });
    expect((await desk.steps(run))[1]).toMatchObject({
      index: 1,
      module: "clean",
      status: "succeeded",
      attempt: 1,
      attempts: [{ attempt: 1, exitCode: 0, reason: null }],
      command: ["./module"],
      exitCode: 0,
      artifact: { path: "clean.csv", blob: `sequences/${run}/1-1` },
      durationMs: 5,
      worker: null,
    });
    // Each step sees what those before it wrote.
    expect(desk.orders.map(({ artifacts }) => [...artifacts.keys()])).toEqual([
      [],
      ["raw.csv"],
      ["raw.csv", "clean.csv"],
    ]);
  });

  it("sees the newest of what was written to a path", async () => {
    const again = { module_name: "again", output: "raw.csv" };
    const desk = new SequenceDesk({ chain: [extract, clean, again, load] });
    const run = await desk.begin("chain");
    await desk.drain();
    const { artifacts } = desk.orders[3] ?? {};
    expect([...(artifacts?.values() ?? [])].map(({ blob }) => blob)).toEqual([
      `sequences/${run}/1-1`,
      `sequences/${run}/2-1`,
    ]);
  });

  it("keeps its plan when the sequence changes, and fills in its parameters", async () => {
    const steps = [
      { ...extract, args: ["--day", "${day}", "$${day}"], conf: { url: ["http://x/${day}"] } },
      clean,
    ];
    const desk = new SequenceDesk({ daily: { parameters: { day: null }, steps } });
    const run = await desk.begin("daily", { parameters: { day: "2 '${x}" } });
    desk.book.set("daily", [load]);
    await desk.drain();
    expect(desk.orders.map(({ step }) => step.module_name)).toEqual(["extract", "clean"]);
    expect(desk.orders[0]?.step).toMatchObject({
      args: ["--day", "2 '${x}", "${day}"],
      conf: { url: ["http://x/2 '${x}"] },
    });
    expect((await desk.run(run)).request).toEqual({ parameters: { day: "2 '${x}" } });
  });

  it("is not begun a second time by a message that comes again, which sends what follows once more", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    await desk.begin("chain");
    const first = desk.take();
    await desk.next(first);
    await desk.next(first);
    expect(desk.orders).toHaveLength(1);
    expect(desk.waiting()).toHaveLength(1);
  });

  it("takes no message ahead of its time", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await desk.begin("chain");
    await expect(desk.next({ run, step: 1, round: 1 })).rejects.toThrow(RetryableError);
    expect(await desk.statuses(run)).toEqual(["pending", "pending", "pending"]);
  });
});

describe("a step that fails", () => {
  it("is tried again later, twice as long each time, as often as it may", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, retries: 2, retry_delay: 3 }, clean] });
    const run = await desk.begin("chain");
    const times: number[] = [];
    const failing = fail();
    desk.does.set("extract", (...asked) => {
      times.push(desk.ports.time);
      return failing(...asked);
    });
    await desk.next();
    expect(await desk.run(run)).toMatchObject({ status: "waiting" });
    expect(await desk.statuses(run)).toEqual(["waiting", "pending"]);
    await desk.drain();
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 3_000, 9_000]);
    const [step] = await desk.steps(run);
    expect(step).toMatchObject({ status: "failed", attempt: 3, exitCode: 1, output: "no such file\n" });
    expect(step?.attempts.map(({ reason }) => reason)).toEqual(Array(3).fill("it ended with exit code 1"));
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): it ended with exit code 1",
      progress: { done: 0 },
    });
  });

  it("may succeed the next time", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, retries: 1 }] });
    const run = await desk.begin("chain");
    desk.does.set("extract", fail());
    await desk.next();
    desk.does.delete("extract");
    await desk.drain();
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
    expect(await desk.steps(run)).toMatchObject([{ status: "succeeded", attempt: 2, reason: null }]);
  });

  it("is not tried again where that is of no use", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, retries: 5 }] });
    const run = await desk.begin("chain");
    desk.does.set("extract", fail({ retryable: false, reason: "there is no such module" }));
    await desk.drain();
    expect(desk.orders).toHaveLength(1);
    expect(await desk.run(run)).toMatchObject({ error: "step 0 (extract): there is no such module" });
  });

  it("has the error handler told what failed, once, and then the run ends as failed", async () => {
    const steps = [extract, clean];
    const desk = new SequenceDesk({ chain: { steps, error_handler: { module_name: "tell" } } });
    const run = await desk.begin("chain");
    desk.does.set("clean", fail());
    await desk.drain();
    const [last] = desk.orders.slice(-1);
    expect(last).toMatchObject({
      index: "error_handler",
      step: { module_name: "tell", input: "", output: "" },
    });
    expect(last?.failure).toEqual({
      sequence: "chain",
      run,
      step: 1,
      module: "clean",
      attempt: 1,
      exitCode: 1,
      reason: "it ended with exit code 1",
      log: "no such file\n",
    });
    expect(desk.orders).toHaveLength(3);
    expect(await desk.statuses(run)).toEqual(["succeeded", "failed", "succeeded"]);
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 1 (clean): it ended with exit code 1",
      progress: { done: 1, total: 2 },
    });
  });

  it("and an error handler that fails adds to what the run says", async () => {
    const desk = new SequenceDesk({ chain: { steps: [extract], error_handler: { module_name: "tell" } } });
    const run = await desk.begin("chain");
    desk.does.set("extract", fail());
    desk.does.set("tell", fail({ reason: "no connection" }));
    await desk.drain();
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): it ended with exit code 1; and its error handler failed: no connection",
    });
  });
});

describe("a worker that is lost", () => {
  /** Begins the first step by a call that never comes to its end. */
  async function lose(desk: SequenceDesk): Promise<void> {
    desk.does.set("extract", () => new Promise(() => {}));
    void desk.next();
    await vi.waitFor(() => expect(desk.orders.length).toBeGreaterThan(0));
  }

  it("has its step taken over by the message that comes again, which uses up no retry", async () => {
    const desk = new SequenceDesk({ chain: [extract] });
    const run = await desk.begin("chain");
    const message = { run, step: 0, round: 1 };
    await lose(desk);
    desk.does.delete("extract");
    await desk.next(message);
    const [step] = await desk.steps(run);
    expect(step?.attempts).toMatchObject([
      { attempt: 1, reason: "its worker was lost", exitCode: null },
      { attempt: 2, reason: null, exitCode: 0 },
    ]);
    // What a lost worker may still write has another name.
    expect(step?.artifact?.blob).toBe(`sequences/${run}/0-2`);
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
  });

  it("and that is alive all the same records nothing, and leaves its message", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, retries: 1 }] });
    const run = await desk.begin("chain");
    let end: (end: StepEnd) => void = () => {};
    desk.does.set("extract", () => new Promise((resolve) => void (end = resolve)));
    const lost = desk.next();
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    desk.does.set("extract", () => new Promise(() => {}));
    void desk.next({ run, step: 0, round: 1 });
    await vi.waitFor(() => expect(desk.orders).toHaveLength(2));
    end(await fail({ reason: "it is not mine to say" })(...([] as unknown as Parameters<StepRunner["run"]>)));
    await expect(lost).rejects.toThrow("at work elsewhere");
    expect(await desk.steps(run)).toMatchObject([{ status: "running", attempt: 2, reason: null }]);
    expect(await desk.run(run)).toMatchObject({ status: "running", state: { round: 1, failures: 0 } });
  });

  it("notices it at its next beat, and ends its module", async () => {
    const desk = new SequenceDesk({ chain: [extract] });
    const run = await desk.begin("chain");
    desk.does.set("extract", endure);
    const lost = desk.next();
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    desk.does.set("extract", () => new Promise(() => {}));
    void desk.next({ run, step: 0, round: 1 });
    await vi.waitFor(() => expect(desk.orders).toHaveLength(2));
    const noticed = lost.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await noticed).toMatchObject({ name: "RetryableError", message: "the step is at work elsewhere" });
  });

  it("five times fails its step", async () => {
    const desk = new SequenceDesk({
      chain: { steps: [{ ...extract, retries: 9 }], error_handler: { module_name: "tell" } },
    });
    const run = await desk.begin("chain");
    await lose(desk);
    for (let times = 1; times < 5; times++) {
      void desk.next({ run, step: 0, round: 1 });
      await vi.waitFor(() => expect(desk.orders).toHaveLength(times + 1));
    }
    await desk.next({ run, step: 0, round: 1 });
    await desk.drain();
    expect(desk.orders).toHaveLength(6);
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): its worker was lost 5 times",
    });
  });
});

describe("a step at work", () => {
  it("shows what it printed so far, every two seconds at most", async () => {
    const desk = new SequenceDesk({ chain: [extract] });
    const run = await desk.begin("chain");
    let say: (log: string) => void = () => {};
    desk.does.set("extract", (order, signal, hear) => ((say = hear), endure(order, signal, hear)));
    void desk.next().catch(() => {});
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    say("one\n");
    say("one\ntwo\n");
    await vi.advanceTimersByTimeAsync(1_999);
    expect((await desk.steps(run))[0]?.output).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    expect((await desk.steps(run))[0]).toMatchObject({ status: "running", output: "one\ntwo\n" });
  });

  it("is ended within a beat when its run is cancelled, and no error handler is run", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, error_handler: { module_name: "tell" } } });
    const run = await desk.begin("chain");
    desk.does.set("extract", endure);
    const working = desk.next();
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    expect(await cancelSequenceRun(desk.ports, run, "eva")).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    await working;
    expect(await desk.run(run)).toMatchObject({ status: "cancelled", error: "it was cancelled by eva" });
    expect(await desk.statuses(run)).toEqual(["cancelled", "pending", "pending"]);
    expect(desk.waiting()).toEqual([]);
    expect(await cancelSequenceRun(desk.ports, run, "eva")).toBe(false);
  });

  it("is ended when its host shuts down, and its message comes again at once", async () => {
    const desk = new SequenceDesk({ chain: [extract] });
    const run = await desk.begin("chain");
    const message = desk.take();
    const shutdown = new AbortController();
    desk.does.set("extract", endure);
    const working = desk.next(message, shutdown.signal);
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    shutdown.abort();
    await expect(working).rejects.toThrow(RetryableError);
    expect(await desk.steps(run)).toMatchObject([
      { status: "waiting", worker: null, reason: "its host was shut down" },
    ]);
    await expect(desk.next(message, shutdown.signal)).rejects.toThrow(RetryableError);
    desk.does.delete("extract");
    await desk.next(message);
    expect(await desk.run(run)).toMatchObject({ status: "succeeded", state: { losses: 0 } });
  });

  it("is begun anew after a while where store or blobs failed under it, and fails where they do so for long", async () => {
    const desk = new SequenceDesk({ chain: [extract] });
    const run = await desk.begin("chain");
    desk.does.set("extract", () => Promise.reject(new Error("the blobs are down")));
    await desk.next();
    expect(await desk.run(run)).toMatchObject({
      status: "waiting",
      state: { interruptions: 1, failures: 0 },
    });
    const before = desk.ports.time;
    await desk.drain();
    expect(desk.orders).toHaveLength(21);
    expect(desk.ports.time - before).toBeGreaterThan(60 * 60_000);
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): the blobs are down",
    });
  });

  it("fails at once where its runner says that nothing helps", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, retries: 3 }] });
    const run = await desk.begin("chain");
    desk.does.set("extract", () => Promise.reject(new PermanentError("there is no sandbox here")));
    await desk.drain();
    expect(desk.orders).toHaveLength(1);
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): there is no sandbox here",
    });
  });

  it("leaves no more of what it says than the store takes", async () => {
    const desk = new SequenceDesk({ chain: [{ ...extract, args: Array(100).fill("ü".repeat(10_000)) }] });
    const run = await desk.begin("chain");
    desk.does.set("extract", async (...asked) => ({
      ...(await succeed(...asked)),
      log: "\u0000".repeat(64 * 1024),
      result: { text: "x".repeat(3_000_000) },
      reason: "y".repeat(3_000_000),
    }));
    await desk.drain();
    const [step] = await desk.steps(run);
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
    expect(step?.command?.[1]).toHaveLength(1_001);
    expect(JSON.stringify(step?.result).length).toBeLessThan(100);
    expect(step?.reason?.length).toBe(2_001);
  });
});

describe("a run that is cancelled", () => {
  it.each(["before it began", "between its steps", "while a step waits to be tried again"])(
    "%s ends at once",
    async (when) => {
      const desk = new SequenceDesk({ chain: [{ ...extract, retries: 1 }, clean] });
      const run = await desk.begin("chain");
      if (when.includes("again")) desk.does.set("extract", fail());
      if (!when.includes("before")) await desk.next();
      expect(await cancelSequenceRun(desk.ports, run, "eva")).toBe(true);
      expect(await desk.run(run)).toMatchObject({ status: "cancelled" });
      await desk.drain();
      expect(desk.orders.length).toBeLessThan(2);
    },
  );

  it("while its worker is gone ends when the message comes again", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await desk.begin("chain");
    desk.does.set("extract", () => new Promise(() => {}));
    void desk.next();
    await vi.waitFor(() => expect(desk.orders).toHaveLength(1));
    await cancelSequenceRun(desk.ports, run, "eva");
    expect(await desk.run(run)).toMatchObject({ status: "running" });
    await desk.next({ run, step: 0, round: 1 });
    expect(await desk.run(run)).toMatchObject({ status: "cancelled", error: "it was cancelled by eva" });
    expect(desk.orders).toHaveLength(1);
  });
});

describe("a message that the broker gave up", () => {
  it("fails its step, and the error handler is run", async () => {
    const desk = new SequenceDesk({ chain: { ...CHAIN, error_handler: { module_name: "tell" } } });
    const run = await desk.begin("chain");
    await deadStep(desk.work, desk.take(), "dead-lettered: MaxDeliveryCountExceeded");
    await desk.drain();
    expect(desk.orders.map(({ index }) => index)).toEqual(["error_handler"]);
    expect(await desk.run(run)).toMatchObject({
      status: "failed",
      error: "step 0 (extract): dead-lettered: MaxDeliveryCountExceeded",
    });
  });

  it("of a step that is past changes nothing, but sends what follows", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await desk.begin("chain");
    const first = desk.take();
    await desk.next(first);
    await deadStep(desk.work, first, "dead-lettered");
    await desk.drain();
    expect(await desk.run(run)).toMatchObject({ status: "succeeded" });
    await deadStep(desk.work, { run: "none", step: 0, round: 1 }, "dead-lettered");
  });
});
