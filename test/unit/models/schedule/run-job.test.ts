import { afterEach, describe, expect, it, vi } from "vitest";
import { cancelRun } from "../../../../engine/runs/cancel.ts";
import { endRun, saveRun } from "../../../../engine/runs/run.ts";
import { BADLY, PASSWORD, ScheduleDesk, TOKEN, WELL } from "./schedule-desk.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("a message about a run", () => {
  it("runs the job for the window, and time is covered to its end", async () => {
    const desk = await ScheduleDesk.open({ job_execution_command: "node {job} --fast" });
    await desk.tick();
    const { run } = desk.message();
    const window = (await desk.state()).window;
    await desk.run();

    const [job] = desk.jobs;
    expect(job?.command).toEqual(["node", "sales.mjs", "--fast", "--from", window?.from, "--to", window?.to]);
    expect([...(job?.files ?? [])].map(([name, bytes]) => [name, Buffer.from(bytes).toString()])).toEqual([
      ["sales.mjs", "// a job"],
    ]);
    expect(job?.env).toEqual({
      CAUDAL_API_URL: "http://localhost",
      CAUDAL_TOKEN: TOKEN,
      DATABASE_URL: `mysql://job:${PASSWORD}@localhost:3306/${desk.model.database}`,
    });
    const result = { ...window, status: "succeeded", exitCode: 0, rows: 7, durationMs: 5 };
    expect(await desk.execution(run)).toMatchObject({ ...result, output: "done", startedAt: desk.at() });
    expect(await desk.state()).toMatchObject({
      coveredTo: window?.to,
      run: null,
      failures: 0,
      finished: null,
      lastRun: { id: run, ...result },
    });
    const record = await desk.record(run);
    expect(record).toMatchObject({
      status: "succeeded",
      endedAt: desk.at(),
      progress: { done: 1, total: 1 },
    });
    expect(record?.result).toEqual({ ...window, exitCode: 0, rows: 7, durationMs: 5 });
    const { name } = desk.model;
    const coveredTo = window?.to;
    expect(desk.metas).toEqual([
      { name, lastRun: run, lastStatus: "succeeded", ...window, coveredTo, rows: 7 },
    ]);
  });

  it("whose job fails leaves the window to be tried again, and says why", async () => {
    const desk = await ScheduleDesk.open();
    desk.job = () => BADLY;
    await desk.tick();
    const { run } = desk.message();
    await desk.run();
    const reason = "it ended with exit code 3";
    expect(await desk.execution(run)).toMatchObject({
      status: "failed",
      exitCode: 3,
      reason,
      output: "no such table",
    });
    expect(await desk.record(run)).toMatchObject({ status: "failed", error: reason });
    expect(await desk.state()).toMatchObject({
      coveredTo: desk.model.from,
      failures: 1,
      retryAt: desk.at(30_000),
    });
  });

  it.each([
    [{ how: "timed-out", reason: "it ran longer than 10 minutes" }, "it ran longer than 10 minutes"],
    [{ how: "out-of-memory" }, "it was ended: out-of-memory"],
    [{ how: "exited", exitCode: null }, "a signal ended it"],
  ])("whose job ends as %j has failed", async (end, reason) => {
    const desk = await ScheduleDesk.open();
    desk.job = () => ({ ...WELL, exitCode: null, ...(end as object) });
    await desk.tick();
    await desk.run();
    expect(await desk.execution(desk.message().run)).toMatchObject({ status: "failed", reason });
  });

  it("whose job cannot run has failed, with what to do", async () => {
    const desk = await ScheduleDesk.open();
    await desk.ports.blobs.delete(desk.model.job?.blob ?? "");
    await desk.tick();
    await desk.run();
    const reason = "the job's file is gone: upload it again";
    expect(await desk.execution(desk.message().run)).toMatchObject({ status: "failed", reason });
    expect(await desk.state()).toMatchObject({ failures: 1 });
  });

  it("keeps no secret that the job was given and printed", async () => {
    const desk = await ScheduleDesk.open();
    desk.job = ({ env }) => ({
      ...BADLY,
      output: `${JSON.stringify(env)} ${PASSWORD}`,
      reason: `bad ${TOKEN}`,
    });
    await desk.tick();
    await desk.run();
    const kept = JSON.stringify([desk.ports.items("operations"), desk.ports.items("control")]);
    expect(kept).toContain("[redacted]");
    expect(kept).not.toContain(TOKEN);
    expect(kept).not.toContain(PASSWORD);
  });

  it("that comes again after the end does nothing", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const message = desk.message();
    await desk.run(message);
    const before = [desk.ports.items("operations"), desk.ports.items("control")];
    await desk.run(message);
    expect([desk.ports.items("operations"), desk.ports.items("control")]).toEqual(before);
    expect(desk.jobs).toHaveLength(1);
  });

  it("corrects its run's record where somebody ended that otherwise while the job was at work", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run } = desk.message();
    desk.job = async () => {
      await endRun(desk.ports.documents, run, {
        status: "failed",
        error: "dead-lettered",
        endedAt: desk.at(),
      });
      return WELL;
    };
    await desk.run();
    expect(await desk.record(run)).toMatchObject({ status: "succeeded" });
    expect(await desk.record(run)).not.toHaveProperty("error");
  });

  it("that comes again while its run is at work does nothing", async () => {
    const desk = await ScheduleDesk.open();
    desk.job = async () => {
      await desk.run();
      return WELL;
    };
    await desk.tick();
    await desk.run();
    expect(desk.jobs).toHaveLength(1);
    expect(await desk.state()).toMatchObject({ coveredTo: desk.at() });
  });

  it("that comes again after its job ended, and before that counted, does not run it again", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const message = desk.message();
    // Given a host that went away once it had kept the record
    const claimed = await desk.state();
    const queued = await desk.record(message.run);
    await desk.run(message);
    if (queued) await saveRun(desk.ports.documents, queued);
    const { id: _id, kind: _kind, model: _model, ...before } = claimed;
    await desk.change(before);
    // When another one gets the message
    await desk.run(message);
    expect(desk.jobs).toHaveLength(1);
    expect(await desk.state()).toMatchObject({ coveredTo: claimed.window?.to, run: null });
  });

  it("whose run lost its model meanwhile does not count, whatever its job said", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run } = desk.message();
    desk.job = async () => {
      // Its lease is over, and a tick gives the model to another run.
      await desk.tick(120_000);
      return WELL;
    };
    await desk.run();
    expect(desk.message().run).not.toBe(run);
    expect(await desk.execution(run)).toMatchObject({ status: "failed", reason: "its host went away" });
    expect(await desk.record(run)).toMatchObject({ status: "failed" });
    expect(await desk.state()).toMatchObject({ run: desk.message().run, coveredTo: desk.model.from });
  });

  it("whose run no model knows ends that run", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    const { run } = desk.message();
    await desk.change({ run: null, window: null, leaseUntil: null });
    await desk.run({ kind: "job", name: desk.model.model, run });
    expect(desk.jobs).toEqual([]);
    expect(await desk.record(run)).toMatchObject({ status: "failed", endedAt: expect.any(String) as string });
  });

  it("of a model that was switched off meanwhile runs nothing", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    await desk.put({ active: false });
    await desk.run();
    expect(desk.jobs).toEqual([]);
    expect(await desk.record(desk.message().run)).toMatchObject({ status: "cancelled" });
  });

  it("cancelled in line runs nothing, counts as nothing, and its window is due after a period", async () => {
    const desk = await ScheduleDesk.open({ job_frequency: 60 });
    await desk.tick();
    const { run } = desk.message();
    await cancelRun(desk.ports, run, "eva");
    await desk.run();
    expect(desk.jobs).toEqual([]);
    expect(await desk.execution(run)).toMatchObject({ status: "cancelled" });
    expect(await desk.record(run)).toMatchObject({ status: "cancelled" });
    const retryAt = desk.at(60 * 60_000);
    expect(await desk.state()).toMatchObject({ run: null, failures: 0, coveredTo: desk.model.from, retryAt });
  });

  it("cancelled at work ends the job", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const desk = await ScheduleDesk.open();
    desk.job = async (_job, signal) => {
      await cancelRun(desk.ports, desk.message().run, "eva");
      const ended = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
      });
      await vi.advanceTimersByTimeAsync(10_000);
      await ended;
      return { ...WELL, how: "cancelled", exitCode: null };
    };
    await desk.tick();
    await desk.run();
    expect(await desk.execution(desk.message().run)).toMatchObject({
      status: "cancelled",
      reason: "the run was cancelled",
    });
    expect(await desk.state()).toMatchObject({ run: null, failures: 0, coveredTo: desk.model.from });
  });

  it("at work on a host that is shut down counts as no failure, and its window is started anew at once", async () => {
    const desk = await ScheduleDesk.open();
    const host = new AbortController();
    desk.job = (_job, signal) => {
      host.abort();
      return { ...WELL, how: signal.aborted ? "cancelled" : "exited", exitCode: null };
    };
    await desk.tick();
    const { run } = desk.message();
    await desk.run(desk.message(), host.signal);
    expect(await desk.execution(run)).toMatchObject({ status: "failed", reason: "its host was shut down" });
    const state = await desk.state();
    expect(state).toMatchObject({ failures: 0, window: { from: desk.model.from } });
    expect(desk.message().run).toBe(state.run);
    expect(state.run).not.toBe(run);
  });

  it("starts no job on a host that is shut down already", async () => {
    const desk = await ScheduleDesk.open();
    await desk.tick();
    await desk.run(desk.message(), AbortSignal.abort());
    expect(desk.jobs).toEqual([]);
  });

  it("of a model that is behind starts the next window at once", async () => {
    const day = 24 * 60 * 60_000;
    const desk = new ScheduleDesk();
    const from = desk.at(-2.5 * day);
    await desk.put({ from });
    await desk.ports.blobs.put(desk.model.job?.blob ?? "", Buffer.from("// a job"));
    await desk.tick();
    for (let windows = 0; windows < 3; windows++) await desk.run();
    expect(desk.ports.sent("runs")).toHaveLength(3);
    expect(await desk.state()).toMatchObject({ run: null, coveredTo: desk.at() });
  });

  it("pauses a model whose database is larger than its quota, and says so", async () => {
    const desk = await ScheduleDesk.open();
    desk.bytes = 3 * 1024 ** 3;
    await desk.tick();
    await desk.run();
    const reason = expect.stringMatching(
      /^its database has 3 GiB, more than the quota of 0.01 GiB \(CAUDAL_MODEL_BYTES\): make room/,
    ) as string;
    expect(await desk.state()).toMatchObject({ coveredTo: desk.at(), paused: { reason, at: desk.at() } });
    await desk.tick(60_000);
    expect(desk.ports.sent("runs")).toHaveLength(1);
  });

  it("goes on where the rows cannot be counted", async () => {
    const desk = await ScheduleDesk.open();
    desk.work.server.rowCount = () => Promise.reject(new Error("gone"));
    await desk.tick();
    await desk.run();
    expect(await desk.execution(desk.message().run)).toMatchObject({ status: "succeeded", rows: null });
    expect(desk.logged).toEqual(["the rows of a business model could not be counted"]);
  });
});
