import { CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../../../engine/azure/open.ts";
import { executionOf, keepExecution } from "../../../../engine/models/schedule/execution.ts";
import { listExecutions } from "../../../../engine/models/schedule/list-executions.ts";
import type { Documents } from "../../../../engine/ports.ts";
import { startCosmos } from "../../../../infra/local/cosmos/server.ts";

let documents: Documents;
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  const server = await startCosmos({ port: 0 });
  const { endpoint, key } = server;
  const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
  const { database } = await client.databases.create({ id: "caudal" });
  await database.containers.create({ id: "operations", partitionKey: "/run" });
  client.dispose();
  const store = openStore({ endpoint, key });
  documents = store.documents;
  ends.push(
    () => store.close(),
    () => server.close(),
  );
});
afterAll(async () => {
  for (const end of ends) await end();
});

test("a model's history is listed a page at a time, the newest run first", async () => {
  const run = (hour: number): Parameters<typeof executionOf>[1] => ({
    id: `run-${String(hour)}`,
    from: `2026-01-05T0${String(hour)}:00:00.000Z`,
    to: `2026-01-05T0${String(hour + 1)}:00:00.000Z`,
    status: "failed",
    exitCode: 1,
    rows: 7,
    durationMs: 20,
    startedAt: `2026-01-05T0${String(hour + 1)}:00:01.000Z`,
    endedAt: `2026-01-05T0${String(hour + 1)}:00:02.000Z`,
    ...(hour === 3 ? { reason: "it ended with exit code 1" } : {}),
  });
  for (const hour of [2, 1, 3])
    await keepExecution(documents, executionOf("abcdefghij", run(hour), "printed"));
  await keepExecution(documents, executionOf("another2ab", { ...run(4), id: "run-other" }, "printed"));

  const first = await listExecutions(documents, { model: "abcdefghij", limit: 2 });
  const { endedAt: _endedAt, ...newest } = run(3);
  expect(first.items).toEqual([
    { ...newest, output: "printed", reason: "it ended with exit code 1" },
    expect.objectContaining({ id: "run-2", reason: null }),
  ]);
  const rest = await listExecutions(documents, { model: "abcdefghij", limit: 2, cursor: first.next ?? "" });
  expect(rest.items.map(({ id }) => id)).toEqual(["run-1"]);
  expect(rest.next).toBeNull();
});
