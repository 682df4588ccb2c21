import { describe, expect, it } from "vitest";
import { type Restart, restartRun } from "../../../../engine/sequences/runs/restart-run.ts";
import { CHAIN } from "./book-of.ts";
import { fail, SequenceDesk } from "./sequence-desk.ts";

const [extract, clean, load] = CHAIN.steps;

/** A run of which the second step failed. */
async function failed(desk: SequenceDesk): Promise<string> {
  desk.does.set("clean", fail());
  const run = await desk.begin("chain");
  await desk.drain();
  desk.does.clear();
  desk.orders.length = 0;
  return run;
}

async function again(desk: SequenceDesk, run: string, asked: Partial<Restart> = {}): Promise<string> {
  const restarted = await restartRun(desk.work, run, { actor: "ana", ...asked });
  if (restarted.outcome !== "started") throw new Error(`not restarted: ${JSON.stringify(restarted)}`);
  await desk.drain();
  return restarted.run;
}

describe("a run that is restarted", () => {
  it("goes on at the first step that did not succeed, with what those before it wrote", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const first = await failed(desk);
    const second = await again(desk, first);
    expect(second).not.toBe(first);
    expect(desk.orders.map(({ index }) => index)).toEqual([1, 2]);
    expect(desk.orders[0]?.artifacts.get("raw.csv")?.blob).toBe(`sequences/${first}/0-1`);
    expect(await desk.statuses(second)).toEqual(["reused", "succeeded", "succeeded"]);
    expect(await desk.run(second)).toMatchObject({
      status: "succeeded",
      actor: "ana",
      request: { parameters: {}, restartOf: first, from: 1 },
      progress: { done: 3, total: 3 },
    });
    // The run before stays as it was.
    expect(await desk.run(first)).toMatchObject({ status: "failed" });
  });

  it("does the step that it begins at, and of those behind it only what would write something else", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const first = await desk.begin("chain");
    await desk.drain();
    desk.orders.length = 0;
    const second = await again(desk, first, { from: "clean" });
    expect(desk.orders.map(({ index }) => index)).toEqual([1]);
    expect(await desk.statuses(second)).toEqual(["reused", "succeeded", "reused"]);
    // What was used again is named as it was, also by a run after that.
    const third = await again(desk, second, { from: 1 });
    expect((await desk.steps(third))[2]).toMatchObject({
      status: "reused",
      artifact: { blob: `sequences/${first}/2-1` },
    });
    desk.orders.length = 0;
    desk.book.set("chain", [extract, { ...clean, conf: { trim: false } }, load]);
    await again(desk, third, { from: "clean" });
    expect(desk.orders.map(({ index }) => index)).toEqual([1, 2]);
  });

  it("does steps behind it that act on the world outside, whatever they did before", async () => {
    const desk = new SequenceDesk({ chain: [extract, { module_name: "send", input: "raw.csv" }] });
    const first = await desk.begin("chain");
    await desk.drain();
    await again(desk, first, { from: 0 });
    expect(desk.orders.map(({ index }) => index)).toEqual([0, 1, 0, 1]);
  });

  it("has its parameters, and obeys the limit of its sequence", async () => {
    const parameters = { day: null };
    const concurrency = { limit: 1 };
    const desk = new SequenceDesk({ chain: { ...CHAIN, parameters, concurrency } });
    const first = await desk.begin("chain", { parameters: { day: "1" } });
    await desk.drain();
    const second = await desk.begin("chain", { parameters: { day: "2" } });
    const restarted = await restartRun(desk.work, first, { from: 0, actor: "ana" });
    expect(restarted.outcome).toBe("started");
    desk.orders.length = 0;
    expect(desk.waiting()).toMatchObject([{ sessionId: second }]);
    await desk.drain();
    expect(desk.orders.map((order) => order.parameters["day"])).toEqual(["2", "2", "2", "1"]);
  });
});

describe("a restart that cannot be meant", () => {
  it.each([
    [
      { from: 2 },
      {
        outcome: "invalid",
        issues: [{ path: "from", message: "must be 1 or less: step 1 (clean) did not succeed" }],
      },
    ],
    [
      { from: 3 },
      {
        outcome: "invalid",
        issues: [{ path: "from", message: "must be less than 3: so many steps it has" }],
      },
    ],
    [
      { from: "lead" },
      { outcome: "invalid", issues: [{ path: "from", message: "no step of the run has the module lead" }] },
    ],
  ])("is refused: %j", async (asked, outcome) => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await failed(desk);
    expect(await restartRun(desk.work, run, { actor: "ana", ...asked })).toEqual(outcome);
    expect(desk.runs("chain")).toHaveLength(1);
  });

  it("is refused while the run is at work, where there is none, and where all succeeded and none is named", async () => {
    const desk = new SequenceDesk({ chain: CHAIN, twice: [extract, { ...extract, output: "b.csv" }] });
    const run = await desk.begin("chain");
    expect(await restartRun(desk.work, run, { actor: "ana" })).toEqual({ outcome: "not-ended" });
    expect(await restartRun(desk.work, "none", { actor: "ana" })).toEqual({ outcome: "unknown" });
    const two = await desk.begin("twice");
    await desk.drain();
    expect(await restartRun(desk.work, run, { actor: "ana" })).toMatchObject({
      issues: [{ message: "all of its steps succeeded: say from which one on it is to be done again" }],
    });
    expect(await restartRun(desk.work, two, { actor: "ana", from: "extract" })).toMatchObject({
      issues: [{ message: "the steps 0, 1 have the module extract: say which" }],
    });
  });

  it("is refused where the steps before are others now; as they were, it may be done", async () => {
    const desk = new SequenceDesk({ chain: CHAIN });
    const run = await failed(desk);
    desk.book.set("chain", [{ ...extract, args: ["--all"] }, clean, load]);
    expect(await restartRun(desk.work, run, { actor: "ana" })).toMatchObject({
      outcome: "changed",
      reason: expect.stringContaining("step 0 of the sequence is another one now") as unknown,
    });
    desk.book.set("chain", [extract]);
    expect(await restartRun(desk.work, run, { actor: "ana" })).toMatchObject({ outcome: "changed" });
    const second = await again(desk, run, { plan: "as-run" });
    expect(await desk.statuses(second)).toEqual(["reused", "succeeded", "succeeded"]);
  });
});
