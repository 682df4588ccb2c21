import { describe, expect, it } from "vitest";
import { CancelledError } from "../../../../engine/errors/cancelled-error.ts";
import { LeaseLostError } from "../../../../engine/errors/lease-lost-error.ts";
import { runReadyMade } from "../../../../engine/models/ready-made/run-ready-made.ts";
import type { ReadyMadeWork } from "../../../../engine/models/ready-made/work.ts";
import type { HowEnded } from "../../../../engine/models/schedule/do-job.ts";
import { runJob } from "../../../../engine/models/schedule/run-job.ts";
import type { ConnectionPool } from "../../../../engine/mysql/pool.ts";
import type { Documents } from "../../../../engine/ports.ts";
import { ScheduleDesk } from "../schedule/schedule-desk.ts";

const BEGIN = Date.parse("2026-03-02T09:00:00.000Z");
const window = { from: "2026-03-02T09:00:00.000Z", to: "2026-03-02T09:10:00.000Z" };

/** A ready-made model whose store has a delivery a minute, a page each, and whose database does as it is told. */
class Filled {
  readonly desk: ScheduleDesk;
  readonly lease = new AbortController();
  readonly shutdown = new AbortController();
  /** What happens at each write. */
  onWrite: () => void = () => {};
  closed = 0;
  writes = 0;
  readyMade: ReadyMadeWork;

  constructor() {
    this.desk = new ScheduleDesk({ ready_made: "records" });
    const pool: ConnectionPool = {
      use: () => Promise.reject(new Error("not needed here")),
      transaction: async (work) =>
        work({
          query: async (sql) => {
            if (!sql.startsWith("INSERT")) return [];
            this.writes += 1;
            this.desk.ports.time += 60_000;
            this.onWrite();
            return [];
          },
          write: () => Promise.reject(new Error("not needed here")),
          load: () => Promise.reject(new Error("not needed here")),
          rows: () => {
            throw new Error("not needed here");
          },
        }),
      close: async () => void (this.closed += 1),
    };
    this.readyMade = {
      makeTables: async (model) => model,
      open: () => pool,
      personalOf: () => [],
    };
  }

  get work() {
    const { work } = this.desk;
    const { documents } = work.ports;
    const query = async (container: string, { text, cursor = "0" }: { text: string; cursor?: string }) => {
      if (!text.includes("c._ts")) return documents.query(container as "control", { text });
      const at = Number(cursor);
      const items = container === "deliveries" ? [deliveryAt(at)] : [];
      return { items, next: container === "deliveries" && at < 9 ? String(at + 1) : null };
    };
    const ports = Object.assign(Object.create(work.ports) as typeof work.ports, {
      documents: { ...documents, query } as Documents,
      clock: work.ports.clock,
      log: work.ports.log,
    });
    const settings = {
      redact: <T>(value: T) => JSON.parse(JSON.stringify(value).replaceAll("s3cret", "***")) as T,
    };
    return { ...work, ports, settings, readyMade: this.readyMade };
  }

  run(): Promise<HowEnded | undefined> {
    const { lease, shutdown } = this;
    return runReadyMade(this.work, this.desk.model, window, {
      lease: lease.signal,
      shutdown: shutdown.signal,
    });
  }
}

function deliveryAt(minute: number): object {
  const _ts = BEGIN / 1_000 + minute * 60;
  const at = new Date(_ts * 1_000).toISOString();
  const about = { integration: "list", eventId: `e${minute}`, attempt: 1, status: "delivered", version: 1 };
  return { id: `delivery|${minute}`, kind: "delivery", key: "person|1", ...about, at, durationMs: 1, _ts };
}

describe("a run of a ready-made model", () => {
  it("copies its window, and says what it did", async () => {
    const filled = new Filled();
    expect(await filled.run()).toEqual({
      status: "succeeded",
      to: window.to,
      exitCode: 0,
      output: "0 documents, 0 audit records, 10 deliveries\n",
      rows: 7,
      durationMs: 600_000,
    });
    expect(filled.closed).toBe(1);
  });

  it("ends with what its time was enough for, and the next one goes on from there", async () => {
    const filled = new Filled();
    const { desk, work } = filled;
    desk.ports.time = Date.parse(window.to);
    await desk.put({ from: window.from });
    await desk.tick();
    const limits = { timeMs: 240_000, memoryBytes: 1, outputBytes: 1 };
    const { run } = desk.message();
    await runJob({ ...work, limits }, desk.message(), new AbortController().signal);
    const { coveredTo, lastRun } = await desk.state();
    // Four pages were read; the fourth one ends at minute 3.
    expect(coveredTo).toBe(new Date(BEGIN + 3 * 60_000).toISOString());
    expect(lastRun).toMatchObject({ id: run, status: "succeeded", to: coveredTo });
    expect((await desk.execution(run))?.output).toBe(
      `0 documents, 0 audit records, 4 deliveries; up to ${coveredTo}, where its time was over\n`,
    );
  });

  it("has failed where its time is not even enough for what was covered before", async () => {
    const filled = new Filled();
    const limits = { timeMs: 60_000, memoryBytes: 1, outputBytes: 1 };
    const ended = await runReadyMade({ ...filled.work, limits }, filled.desk.model, window, {
      lease: filled.lease.signal,
      shutdown: filled.shutdown.signal,
    });
    const reason = "its time of 1 minutes was over before anything new was covered";
    expect(ended).toMatchObject({ status: "failed", reason });
  });

  it("writes nothing more once it is cancelled, its host shuts down, or its lease is lost", async () => {
    const cancelled = new Filled();
    cancelled.onWrite = () => cancelled.lease.abort(new CancelledError());
    expect(await cancelled.run()).toEqual({ status: "cancelled", reason: "the run was cancelled" });
    const shut = new Filled();
    shut.onWrite = () => shut.shutdown.abort(new Error("the host shuts down"));
    expect(await shut.run()).toEqual({ status: "failed", reason: "its host was shut down", lost: true });
    const lost = new Filled();
    lost.onWrite = () => lost.lease.abort(new LeaseLostError());
    expect(await lost.run()).toBeUndefined();
    for (const { writes, closed } of [cancelled, shut, lost]) expect([writes, closed]).toEqual([1, 1]);
  });

  it("has failed where its database cannot be filled or made, with the reason, redacted", async () => {
    const broken = new Filled();
    broken.onWrite = () => {
      throw new Error("no room for s3cret");
    };
    expect(await broken.run()).toMatchObject({
      status: "failed",
      reason: "its database could not be filled: no room for ***",
    });
    expect(broken.closed).toBe(1);
    const unmade = new Filled();
    unmade.readyMade = { ...unmade.readyMade, makeTables: () => Promise.reject(new Error("MySQL: gone")) };
    expect(await unmade.run()).toMatchObject({
      status: "failed",
      reason: "its tables could not be made: MySQL: gone",
    });
    const deleted = new Filled();
    deleted.readyMade = { ...deleted.readyMade, makeTables: async () => undefined };
    expect(await deleted.run()).toMatchObject({ status: "failed", reason: "its model was deleted" });
  });
});
