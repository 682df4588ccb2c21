import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startSequence } from "../../../../engine/sequences/runs/start-sequence.ts";
import { CHAIN } from "./book-of.ts";
import { SimulatedCloud } from "./simulated-cloud.ts";

function restored(): void {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
}

afterEach(restored);

const FILES = {
  chain: { ...CHAIN, concurrency: { limit: 1 } },
  follower: { steps: [{ module_name: "report" }], after: "chain" },
  failing: {
    steps: [
      CHAIN.steps[0],
      { module_name: "break", args: ["fail"], retries: 1, retry_delay: 1 },
      CHAIN.steps[2],
    ],
    error_handler: { module_name: "tell" },
  },
};

/** More calls than the story takes where nobody dies. */
const CALLS = 260;

/** Two runs of a sequence one at a time, one of one that fails; hosts die at these calls. */
async function told(deadly: ReadonlyMap<number, "before" | "after">): Promise<SimulatedCloud> {
  const cloud = new SimulatedCloud(1, { files: FILES, hosts: 2 });
  for (const [call, when] of deadly) cloud.deadly.set(call, when);
  for (const sequence of ["chain", "failing", "chain"]) {
    void cloud.anyHost().does((work) => startSequence(work, { sequence, parameters: {}, actor: "eva" }));
  }
  await cloud.time.pass(60_000 + deadly.size * 120_000);
  return cloud;
}

/** The same end as if nobody had died, but for runs whose start died before they were recorded. */
function expectEnd(cloud: SimulatedCloud): void {
  expect(cloud.watch.faults).toEqual([]);
  for (const run of cloud.runs()) {
    const failing = run.name === "failing";
    expect(run).toMatchObject(
      failing
        ? { status: "failed", error: "step 1 (break): it ended with exit code 1" }
        : { status: "succeeded", progress: { done: run.name === "chain" ? 3 : 1 } },
    );
    const steps = cloud.steps(run.run);
    expect(steps.map(({ status }) => status)).toEqual(
      failing
        ? ["succeeded", "failed", "pending", "succeeded"]
        : Array.from({ length: run.progress.total ?? 0 }, () => "succeeded"),
    );
    for (const { id, status } of steps) {
      expect(cloud.watch.ends.get(`${run.run} ${id}`) ?? 0).toBe(status === "pending" ? 0 : 1);
    }
    const followed = cloud
      .runs("follower")
      .filter(({ request }) => request.parameters["after_run"] === run.run);
    expect(followed).toHaveLength(run.name === "chain" ? 1 : 0);
  }
  expect(cloud.slots().flatMap(({ active, waiting }) => [...active, ...waiting])).toEqual([]);
  expect(cloud.queued).toBe(0);
}

describe("whoever dies when", () => {
  it("nobody: five runs end, and the two of one sequence one after the other", async () => {
    const cloud = await told(new Map());
    expectEnd(cloud);
    expect(
      cloud
        .runs()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(["chain", "chain", "failing", "follower", "follower"]);
    expect(cloud.watch.most.get("chain")).toBe(1);
    expect(cloud.deaths).toBe(0);
    expect(cloud.calls).toBeLessThan(CALLS);
  });

  it.each(["before", "after"] as const)("a host at any call, just %s it took effect", async (when) => {
    for (let call = 1; call < CALLS; call++) {
      expectEnd(await told(new Map([[call, when]])));
      restored();
    }
  });

  it("some hosts at any calls", async () => {
    const deaths = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 600 }), fc.constantFrom("before", "after")),
      {
        selector: ([call]) => call,
        minLength: 2,
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(deaths, async (deadly) => {
        const cloud = await told(new Map(deadly));
        restored();
        expectEnd(cloud);
      }),
      { numRuns: 150 },
    );
  });
});
