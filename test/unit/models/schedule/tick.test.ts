import { describe, expect, it } from "vitest";
import { runJob } from "../../../../engine/models/schedule/run-job.ts";
import { LEASE_MS } from "../../../../engine/models/schedule/state.ts";
import { cancelRun } from "../../../../engine/runs/cancel.ts";
import { completeModel } from "./model-ports.ts";
import { ScheduleDesk } from "./schedule-desk.ts";

describe("a tick", () => {
  it("claims what is due, records the run, and sends it in the session of its model", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run, window, worker, leaseUntil } = await desk.state();
    expect(window).toEqual({ from: desk.model.from, to: desk.at() });
    expect({ worker, leaseUntil }).toEqual({ worker: null, leaseUntil: desk.at(LEASE_MS) });
    const name = desk.model.model;
    expect(desk.ports.sent("runs")).toEqual([
      { body: { kind: "job", name, run }, sessionId: `job|${name}`, messageId: run },
    ]);
    expect(await desk.record(run ?? "")).toMatchObject({
      kind: "job",
      name,
      status: "queued",
      progress: { unit: "windows" },
      request: window,
    });
  });

  it("starts nothing while a run has the model, and two at once start one", async () => {
    const desk = await ScheduleDesk.open();
    await Promise.all([desk.tick(), desk.tick()]);
    await desk.tick(LEASE_MS - 1);
    expect(desk.ports.sent("runs")).toHaveLength(1);
  });

  it.each([
    ["is switched off", { active: false }],
    ["lacks its .sql", { sql: undefined }],
    ["is being deleted", { deletedAt: "2026-01-01T00:00:00.000Z" }],
    ["has a window that has not begun", { from: "2030-01-01T00:00:00.000Z" }],
  ])("passes over a model that %s", async (_why, change) => {
    const desk = await ScheduleDesk.open(change as object);
    await desk.tick(60_000);
    expect(desk.ports.sent("runs")).toEqual([]);
  });

  it("passes over a paused model until it is resumed", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    await desk.run();
    await desk.change({ paused: { reason: "enough", at: desk.at() } });
    await desk.tick(60_000);
    expect(desk.ports.sent("runs")).toHaveLength(1);
    await desk.change({ paused: null });
    await desk.tick();
    expect(desk.ports.sent("runs")).toHaveLength(2);
  });

  it("sends a run again that nobody has begun when its lease is over, with another message id", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run, window } = await desk.state();
    await desk.tick(LEASE_MS);
    const [first, second] = desk.ports.sent("runs");
    expect(second).toEqual({ ...first, messageId: `${run}#${desk.at(LEASE_MS)}` });
    expect(await desk.state()).toMatchObject({ run, window, leaseUntil: desk.at(LEASE_MS) });
  });

  it("ends a run whose host went away, counts no failure, and claims the window anew", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run, window } = await desk.state();
    await desk.change({ worker: "one that is no more" });
    await desk.tick(LEASE_MS);
    const lost = { status: "failed", endedAt: desk.at() };
    expect(await desk.record(run ?? "")).toMatchObject({ ...lost, error: "its host went away" });
    expect(await desk.execution(run ?? "")).toMatchObject({
      ...lost,
      ...window,
      reason: "its host went away",
    });
    const next = await desk.state();
    expect(next).toMatchObject({
      failures: 0,
      finished: null,
      window: { from: window?.from, to: desk.at() },
    });
    expect(next.run).not.toBe(run);
    expect(desk.message().run).toBe(next.run);
  });

  it("ends a run as cancelled whose host went away after somebody cancelled it", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const run = desk.message().run;
    await desk.change({ worker: "one that is no more" });
    await cancelRun(desk.ports, run, "eva");
    await desk.tick(LEASE_MS);
    expect(await desk.execution(run)).toMatchObject({ status: "cancelled" });
    expect(await desk.state()).toMatchObject({ run: null, retryAt: desk.at(60_000) });
  });

  it("ends a run that nobody has begun and whose model was switched off meanwhile", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    await desk.put({ active: false });
    await desk.tick(LEASE_MS);
    const { run } = desk.message();
    expect(await desk.record(run)).toMatchObject({ status: "cancelled" });
    expect((await desk.execution(run))?.reason).toContain("switched off");
    expect(await desk.state()).toMatchObject({ run: null });
  });

  it("tells the end of a run whose host went away right after it was decided", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { server } = desk.work;
    const dying = { ...server, writeMeta: () => new Promise<never>(() => {}) };
    void runJob({ ...desk.work, server: dying }, desk.message(), new AbortController().signal);
    await expect.poll(async () => (await desk.state()).finished).toBe(desk.message().run);
    await desk.tick(1_000);
    expect(await desk.state()).toMatchObject({ finished: null, coveredTo: desk.at(-1_000) });
    expect(desk.metas).toMatchObject([{ lastStatus: "succeeded", coveredTo: desk.at(-1_000) }]);
  });

  it("is stopped by no model's fault, and says it", async () => {
    const desk = await ScheduleDesk.open();
    const broken = completeModel(desk.ports.time - 60_000, { createdAt: "2020-01-01T00:00:00.000Z" });
    await desk.ports.documents.write("control", broken.id, [{ op: "create", item: broken }]);
    const send = desk.ports.queue;
    Object.assign(desk.ports, {
      queue: (name: string) => ({
        send: (messages: readonly { sessionId: string }[]) =>
          messages[0]?.sessionId === `job|${broken.model}`
            ? Promise.reject(new Error("no"))
            : send(name).send(messages as never),
      }),
    });
    await desk.tick();
    expect(desk.ports.sent("runs")).toHaveLength(1);
    expect(desk.message().name).toBe(desk.model.model);
    expect(desk.logged).toEqual(["the schedule of a business model failed"]);
  });

  it("sees all models, a page at a time", async () => {
    const desk = await ScheduleDesk.open();
    for (let made = 0; made < 230; made++) {
      const model = completeModel(desk.ports.time - 60_000);
      await desk.ports.documents.write("control", model.id, [{ op: "create", item: model }]);
    }
    await desk.tick();
    expect(desk.ports.sent("runs")).toHaveLength(231);
  });
});
