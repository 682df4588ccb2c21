import { expect, test } from "vitest";
import { startPull } from "../../../engine/pulls/start.ts";
import type { Run } from "../../../engine/runs/run.ts";
import { Source } from "./source.ts";

const source = (): Source => new Source(() => ({ records: [], next: null }));

test("a pull that runs is not started again", async () => {
  const given = source();
  const first = await startPull(given.pull, given.ports);
  expect(await startPull(given.pull, given.ports)).toEqual({ started: false, run: first.run });
});

test("a start that the queue refuses ends its run, frees the lease and says why", async () => {
  const given = source();
  given.ports.failure = { of: "queue", error: new Error("the queue is down") };
  await expect(startPull(given.pull, given.ports)).rejects.toThrow("the queue is down");
  expect(given.ports.items("operations")).toMatchObject([
    { status: "failed", endedAt: expect.any(String), error: expect.stringContaining("could not be started") },
  ]);
  expect(await given.checkpoint()).toMatchObject({ run: null, leaseUntil: null });

  given.ports.failure = undefined;
  expect(await given.work(await given.start())).toMatchObject({ status: "succeeded" });
});

test("a start that the queue refused, but took, and that is at work, is left alone", async () => {
  const given = source();
  const queue = given.ports.queue("runs");
  const ports = {
    ...given.ports,
    queue: () => ({
      async send(messages: Parameters<typeof queue.send>[0]) {
        await queue.send(messages);
        await given.work(messages[0]?.body as never);
        throw new Error("the answer was lost");
      },
    }),
  };
  await expect(startPull(given.pull, ports)).rejects.toThrow("the answer was lost");
  expect(given.ports.items("operations")).toMatchObject([{ status: "succeeded" }]);
});

test("what cannot be cleaned up does not hide why the start failed", async () => {
  const given = source();
  const ports = {
    ...given.ports,
    queue: () => ({
      send: async () => {
        given.ports.failure = { of: "documents", error: new Error("the store is down") };
        throw new Error("the queue is down");
      },
    }),
  };
  await expect(startPull(given.pull, ports)).rejects.toThrow("the queue is down");
});

test("a start that takes an expired lease over ends the run that held it", async () => {
  const given = source();
  const lost = await given.start();
  given.ports.time += 10 * 60_000;
  const { run } = await given.start();
  expect(await given.run(lost.run)).toMatchObject({
    status: "failed",
    error: `its host went away; run ${run} took over`,
    endedAt: new Date(given.ports.time).toISOString(),
  });
  expect(await given.run(run)).toMatchObject({ status: "queued" });
  // Its message is on the queue yet, and does no harm.
  expect(await given.work(lost)).toMatchObject({ error: `its host went away; run ${run} took over` });
  expect(given.asked).toEqual([]);
});

test("a start that takes an expired lease over leaves a run alone that had its end", async () => {
  const given = source();
  const lost = await given.start();
  const ended = {
    ...(await given.run(lost.run)),
    status: "failed",
    endedAt: "then",
    error: "its own reason",
  };
  await given.ports.documents.write("operations", lost.run, [{ op: "upsert", item: ended as Run }]);
  given.ports.time += 10 * 60_000;
  await given.start();
  expect(await given.run(lost.run)).toMatchObject({ endedAt: "then", error: "its own reason" });
});
