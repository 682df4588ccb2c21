import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineApp, defineImport } from "../../../engine/define/index.ts";
import { openDatabase } from "../../../engine/datasets/database.ts";
import type { ConnectionPool } from "../../../engine/mysql/pool.ts";
import { readRun, type Run } from "../../../engine/runs/run.ts";
import { type RunMessage, startRun } from "../../../engine/runs/start.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { work } from "../../../functions/workers.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { NO_MODELS } from "./no-models.ts";

const people = defineImport({
  dataset: "people",
  source: "list",
  row: z.object({ id: z.string() }),
  events: () => [],
});

/** What became of a run on a server that is away for so many calls, and has no datasets. */
async function workedOn(kind: Run["kind"], away: number): Promise<{ run: Run | undefined; calls: number }> {
  const ports = memoryPorts();
  const settings = createSettings({}, []);
  let calls = 0;
  const empty = { use: async (ask: (of: unknown) => unknown) => ask({ query: async () => [] }) };
  const pool = async (): Promise<ConnectionPool> => {
    calls += 1;
    if (calls <= away) throw Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    return empty as unknown as ConnectionPool;
  };
  const services = {
    app: defineApp({ documents: [], rules: [], imports: [people] }),
    ports,
    settings,
    datasets: { ...openDatabase(settings), pool, patientPool: pool },
    log: () => {},
    secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
    ...NO_MODELS,
    close: async () => {},
  };
  const run = await startRun(ports, {
    kind,
    name: "people",
    request: kind === "import" ? {} : { table: "people" },
    actor: "ana",
    unit: "things",
  });
  await work(services, ports.sent("runs")[0]?.body as RunMessage);
  return { run: await readRun(ports.documents, run), calls };
}

describe("a run about a dataset", () => {
  it.each(["profile", "index", "import"] as const)(
    "waits for a server that is away for a moment (%s): its message has few lives",
    async (kind) => {
      const { run, calls } = await workedOn(kind, 3);
      expect(calls).toBe(4);
      expect(run?.endedAt).toBeDefined();
    },
  );

  it("waits where a load is looked for", async () => {
    const { calls } = await workedOn("load", 3);
    expect(calls).toBeGreaterThan(3);
  });
});
