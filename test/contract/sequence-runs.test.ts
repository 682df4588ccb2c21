import { beforeAll, beforeEach, expect, test } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { cancelRun } from "../../engine/runs/cancel.ts";
import { restartRun } from "../../engine/sequences/runs/restart-run.ts";
import { TICK_MS, tickSequences } from "../../engine/sequences/runs/tick.ts";
import { openApi } from "../unit/functions/api.ts";
import { CHAIN } from "../unit/sequences/runs/book-of.ts";
import { fail, SequenceDesk } from "../unit/sequences/runs/sequence-desk.ts";
import { type MemoryPorts, memoryPorts } from "../unit/sync/memory-ports.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
let ports: MemoryPorts;
beforeAll(() => makeContainers(account.database));
beforeEach(() => {
  const documents = cosmosDocuments(account.database);
  ports = { ...memoryPorts(), documents, clock: { now: () => ports.time } };
});

test("a run does its steps, shows them in order, and is restarted", async () => {
  const steps = Array.from({ length: 12 }, (_, index) => ({
    module_name: `m${index}`,
    output: `${index}.csv`,
  }));
  const desk = new SequenceDesk({ long: { steps, error_handler: { module_name: "tell" } } }, ports);
  desk.does.set("m10", fail());
  const run = await desk.begin("long");
  await desk.drain();
  const ask = openApi(ports, {}, undefined, { sequences: { book: desk.book, work: desk.work } });
  const { json } = await ask(`GET /api/v1/runs/${run}`);
  const shown = json["steps"] as Record<string, unknown>[];
  expect(shown.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "error_handler"]);
  expect(JSON.stringify(json)).not.toContain('"_');
  expect(json).toMatchObject({ status: "failed", error: "step 10 (m10): it ended with exit code 1" });
  const listed = await ask(`GET /api/v1/sequences/long/runs?status=failed`);
  expect(listed.json).toMatchObject({ items: [{ id: run, name: "long" }], next: null });
  desk.does.clear();
  const again = await restartRun(desk.work, run, { actor: "ana" });
  await desk.drain();
  expect(again.outcome === "started" && (await desk.run(again.run))).toMatchObject({
    status: "succeeded",
    progress: { done: 12 },
  });
});

test("a tick finds the runs that are recorded and nothing more, those that fell silent, and slots of runs that ended", async () => {
  const desk = new SequenceDesk({ chain: CHAIN, limited: { ...CHAIN, concurrency: { limit: 1 } } }, ports);
  const sent: string[] = [];
  let down = true;
  const queue: MemoryPorts["queue"] = () => ({
    send: async (messages) => {
      if (down) throw new Error("the queue is down");
      sent.push(...messages.map(({ messageId }) => messageId));
    },
  });
  Object.assign(ports, { queue });
  const lost = await desk.begin("chain");
  down = false;
  const first = await desk.begin("limited");
  const second = await desk.begin("limited");
  expect(sent).toEqual([`${first}#0#1`]);
  await cancelRun(ports, first, "eva");
  ports.time += TICK_MS + 1;
  await tickSequences(desk.work);
  expect(sent).toEqual([`${first}#0#1`, `${lost}#0#1`, `${second}#0#1`]);
  await tickSequences(desk.work);
  expect(sent).toHaveLength(3);
  ports.time += 60 * 60_000 + 1;
  await tickSequences(desk.work);
  await tickSequences(desk.work);
  expect(sent.slice(3).toSorted()).toEqual([`${lost}#0#1`, `${second}#0#1`].toSorted());
});
