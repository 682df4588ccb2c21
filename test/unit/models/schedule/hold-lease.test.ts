import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CancelledError } from "../../../../engine/errors/cancelled-error.ts";
import { LeaseLostError } from "../../../../engine/errors/lease-lost-error.ts";
import { type HeldLease, holdLease } from "../../../../engine/models/schedule/hold-lease.ts";
import { BEAT_MS, LEASE_MS } from "../../../../engine/models/schedule/state.ts";
import { cancelRun } from "../../../../engine/runs/cancel.ts";
import { ScheduleDesk } from "./schedule-desk.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function held(): Promise<{
  desk: ScheduleDesk;
  lease: HeldLease;
  beats: (count: number) => Promise<void>;
}> {
  const desk = await ScheduleDesk.open();
  await desk.tick();
  await desk.change({ worker: "me" });
  const { model, run } = await desk.state();
  const leaseUntil = desk.ports.time + LEASE_MS;
  const lease = holdLease(desk.ports, { model, run: run ?? "", worker: "me", leaseUntil });
  const beats = async (count: number): Promise<void> => {
    for (let beat = 0; beat < count; beat++) {
      desk.ports.time += BEAT_MS;
      await vi.advanceTimersByTimeAsync(BEAT_MS);
    }
  };
  return { desk, lease, beats };
}

test("a lease is renewed with every beat, as long as it is held", async () => {
  const { desk, lease, beats } = await held();
  await beats(30);
  const leaseUntil = desk.at(LEASE_MS);
  expect(await desk.state()).toMatchObject({ leaseUntil });
  expect(lease.signal.aborted).toBe(false);
  lease.stop();
  await beats(2);
  expect(await desk.state()).toMatchObject({ leaseUntil });
});

test.each([
  ["another run has the model", { run: "another" }],
  ["another worker has the run", { worker: "another" }],
])("a lease is lost where %s", async (_why, change) => {
  const { desk, lease, beats } = await held();
  await desk.change(change);
  await beats(1);
  expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
});

test.each([
  ["fails", (): Promise<never> => Promise.reject(new Error("the store is away"))],
  ["is never answered", (): Promise<never> => new Promise(() => {})],
])("a lease that renewing %s is lost two beats before it ends, and not sooner", async (_how, answer) => {
  const { desk, lease, beats } = await held();
  Object.assign(desk.ports.documents, { read: answer });
  await beats(LEASE_MS / BEAT_MS - 3);
  expect(lease.signal.aborted).toBe(false);
  await beats(1);
  expect(lease.signal.reason).toBeInstanceOf(LeaseLostError);
});

test("a beat after one that failed holds the lease again", async () => {
  const { desk, lease, beats } = await held();
  desk.ports.failure = { of: "documents", error: new Error("the store is away") };
  await beats(5);
  desk.ports.failure = undefined;
  await beats(20);
  expect(lease.signal.aborted).toBe(false);
  lease.stop();
});

test("a cancelled run is told so at the next beat", async () => {
  const { desk, lease, beats } = await held();
  await cancelRun(desk.ports, desk.message().run, "eva");
  await beats(1);
  expect(lease.signal.reason).toBeInstanceOf(CancelledError);
});
