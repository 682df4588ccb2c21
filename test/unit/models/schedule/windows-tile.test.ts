import { afterEach, describe, expect, it, vi } from "vitest";
import { resumeModel } from "../../../../engine/models/schedule/resume.ts";
import { CALM, SimulatedCloud, STORM } from "./simulated-cloud.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Ten bad minutes, and then six good ones. */
async function lived(seed: number, size: { models: number; hosts: number }): Promise<SimulatedCloud> {
  const cloud = new SimulatedCloud(seed, size);
  await cloud.prepare();
  cloud.mood = STORM;
  await cloud.time.pass(10 * 60_000);
  cloud.mood = CALM;
  for (const host of cloud.hosts) host.cutUntil = 0;
  const clock = { now: () => Date.now() };
  for (const { model } of cloud.models) await resumeModel({ documents: cloud.documents, clock }, model);
  await cloud.time.pass(6 * 60_000);
  return cloud;
}

function expectTiles(cloud: SimulatedCloud): void {
  const states = new Map(cloud.states().map((state) => [state.model, state]));
  for (const { model, from } of cloud.models) {
    const succeeded = cloud
      .executions()
      .filter((each) => each.model === model && each.status === "succeeded")
      .toSorted((one, other) => one.from.localeCompare(other.from));
    // Each window begins where the one before it ended, and the last one ends where the model is covered to.
    const ends = [from, ...succeeded.map(({ to }) => to)];
    expect([...succeeded.map((each) => each.from), states.get(model)?.coveredTo]).toEqual(ends);
    for (const window of succeeded) {
      expect(window.from < window.to).toBe(true);
      // Its job did run for it, to a good end.
      expect(cloud.ran).toContainEqual({ model, from: window.from, to: window.to, succeeded: true });
    }
  }
}

function expectEnds(cloud: SimulatedCloud): void {
  const current = new Set(cloud.states().flatMap(({ run, finished }) => [run, finished]));
  const executions = new Map(cloud.executions().map((each) => [each.run, each.status]));
  for (const { run, status, endedAt } of cloud.runs()) {
    if (current.has(run)) continue;
    expect({ run, ended: endedAt !== undefined, status }).toEqual({
      run,
      ended: true,
      status: executions.get(run),
    });
  }
}

function expectProgress(cloud: SimulatedCloud): void {
  const states = cloud.states();
  expect(states).toHaveLength(cloud.models.length);
  const longAgo = new Date(Date.now() - 5 * 60_000).toISOString();
  expect(states.filter(({ coveredTo }) => coveredTo < longAgo)).toEqual([]);
  // A host was away no longer than its lease, and what it left behind is told.
  expect(states.filter(({ finished, run }) => finished !== null && run !== null)).toEqual([]);
}

function expectAll(cloud: SimulatedCloud): void {
  expect(cloud.overlaps).toEqual([]);
  expectTiles(cloud);
  expectEnds(cloud);
  expectProgress(cloud);
}

describe("whatever fails and whoever dies", () => {
  it("the windows of 50 models tile", async () => {
    const cloud = await lived(1, { models: 50, hosts: 3 });
    expectAll(cloud);
    expect(cloud.kills).toBeGreaterThan(10);
  });

  // Each is another story; 2 and 15 once told of a job that began after its lease was lost, and of records at odds.
  it.each(Array.from({ length: 24 }, (_, index) => index + 2))("and those of ten (seed %i)", async (seed) => {
    expectAll(await lived(seed, { models: 10, hosts: 3 }));
  });
});
