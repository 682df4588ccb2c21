import { afterEach, describe, expect, it, vi } from "vitest";
import { restartRun } from "../../../../engine/sequences/runs/restart-run.ts";
import type { SequenceRun } from "../../../../engine/sequences/runs/sequence-run.ts";
import { startSequence } from "../../../../engine/sequences/runs/start-sequence.ts";
import { CHAIN } from "./book-of.ts";
import { CALM, SimulatedCloud, STORM } from "./simulated-cloud.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const retrying = CHAIN.steps.map((step) => ({ ...step, retries: 2, retry_delay: 5 }));
const handled = { steps: retrying, error_handler: { module_name: "tell" } };
const FILES = {
  free: handled,
  queued: { ...handled, concurrency: { limit: 3 } },
  skipping: { ...handled, concurrency: { limit: 2, when_full: "skip" } },
  newest: { ...handled, concurrency: { limit: 1, when_full: "cancel" } },
  scheduled: { steps: [{ module_name: "look" }], schedule: "0 * * * * *", concurrency: { limit: 1 } },
  follower: { steps: [{ module_name: "report" }], after: "queued" },
};

async function start(cloud: SimulatedCloud, sequence: string): Promise<void> {
  await cloud.anyHost().does((work) => startSequence(work, { sequence, parameters: {}, actor: "eva" }));
}

/** Ten bad minutes in which runs are started and done again, and then twenty good ones. */
async function lived(seed: number): Promise<SimulatedCloud> {
  const cloud = new SimulatedCloud(seed, { files: FILES, hosts: 3 });
  cloud.mood = STORM;
  for (let second = 0; second < 600; second += 10) {
    const names = ["free", "queued", "skipping", "newest"];
    void start(cloud, names[Math.floor(cloud.random() * names.length)] ?? "");
    const failed = cloud.runs().find(({ status }) => status === "failed");
    if (failed && cloud.chance(0.2)) {
      void cloud.anyHost().does((work) => restartRun(work, failed.run, { actor: "eva" }));
    }
    await cloud.time.pass(10_000);
  }
  cloud.mood = CALM;
  for (const host of cloud.hosts) host.cutUntil = 0;
  const { schedule: _over, ...unscheduled } = FILES.scheduled;
  cloud.book.set("scheduled", unscheduled);
  await cloud.time.pass(20 * 60_000);
  return cloud;
}

const byTime = (one: string, other: string): number => one.localeCompare(other);

/** All that is wrong with how a run ended, in words. */
function faultsOf(cloud: SimulatedCloud, { run, status, endedAt, progress, name }: SequenceRun): string[] {
  const steps = cloud.steps(run);
  const handler = steps.find(({ index }) => index === "error_handler");
  const times = steps.flatMap((step) => [step.startedAt ?? [], step.endedAt ?? []].flat());
  const hasHandler = "error_handler" in FILES[name as keyof typeof FILES];
  const faults: readonly (readonly [isFault: boolean, what: string])[] = [
    [endedAt === undefined, `it has not ended: ${status}`],
    ...steps.map(({ id, status: end, worker }) => {
      const recorded = cloud.watch.ends.get(`${run} ${id}`) ?? 0;
      const is = `${id} is ${end}, at work by ${String(worker)}, its end was recorded ${String(recorded)} times`;
      return [worker !== null || recorded !== (end === "pending" ? 0 : 1), is] as const;
    }),
    [
      String(times) !== String(times.toSorted(byTime)),
      `its steps were not one after the other: ${times.join()}`,
    ],
    [status === "succeeded" && progress.done !== progress.total, `it did ${String(progress.done)} steps`],
    [status === "succeeded" && !steps.every((step) => DONE.includes(step.status)), "steps are not done"],
    [status === "succeeded" && handler !== undefined, "the error handler was begun, and it succeeded"],
    // Of one that was cancelled it was begun only if it had failed before.
    [
      status === "failed" && hasHandler && !["succeeded", "failed"].includes(handler?.status ?? ""),
      "no error handler",
    ],
  ];
  return faults.filter(([isFault]) => isFault).map(([, what]) => `${name} ${run}: ${what}`);
}

const DONE: readonly string[] = ["succeeded", "reused"];

function expectAll(cloud: SimulatedCloud): void {
  expect(cloud.watch.faults).toEqual([]);
  expect(cloud.queued).toBe(0);
  expect(cloud.slots().flatMap(({ active, waiting }) => [...active, ...waiting])).toEqual([]);
  expect(cloud.runs().flatMap((run) => faultsOf(cloud, run))).toEqual([]);
  const started = cloud.runs("follower").filter(({ request }) => request.restartOf === undefined);
  const followed = started.map(({ request }) => request.parameters["after_run"] ?? "");
  const succeeded = cloud.runs("queued").filter(({ status }) => status === "succeeded");
  expect(followed.toSorted(byTime)).toEqual(succeeded.map(({ run }) => run).toSorted(byTime));
}

describe("whatever fails and whoever dies", () => {
  it.each(Array.from({ length: 25 }, (_, index) => index + 1))(
    "each run comes to one end, in order, within its slots (seed %i)",
    async (seed) => {
      const cloud = await lived(seed);
      expectAll(cloud);
      expect(cloud.deaths).toBeGreaterThan(5);
      expect(cloud.runs().length).toBeGreaterThan(30);
    },
  );

  it("200 runs at once over two hosts, three at a time, and 200 of another sequence beside them", async () => {
    const cloud = new SimulatedCloud(7, { files: FILES, hosts: 2 });
    // So that hosts do come between each other's reads and writes.
    cloud.mood = { ...CALM, slow: 0.3 };
    const starts = Array.from({ length: 400 }, (_, index) =>
      start(cloud, index % 2 === 0 ? "queued" : "free"),
    );
    await cloud.time.pass(2 * 60 * 60_000);
    await Promise.all(starts);
    expectAll(cloud);
    for (const name of ["queued", "free"]) {
      const runs = cloud.runs(name);
      expect(runs).toHaveLength(200);
      expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(["succeeded"]));
    }
    expect(cloud.watch.most.get("queued")).toBe(3);
    expect(cloud.watch.most.get("free")).toBeGreaterThan(100);
    // The same result in each: what a step writes follows from what it read.
    const results = cloud.runs("queued").map(({ run }) => cloud.steps(run).at(-1)?.artifact?.sha256);
    expect(new Set(results).size).toBe(1);
  });
});
