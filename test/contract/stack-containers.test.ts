import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { topologyOf } from "../../engine/define/topology.ts";
import app from "../../functions/app.ts";
import { createContainers } from "../../infra/local/stack/containers.ts";
import type { Topology } from "../../infra/local/stack/topology.ts";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();
const topology = topologyOf(app) as Topology;
/** The containers as they were before events could be asked for, and chains read in order across entities. */
const before: Topology = {
  ...topology,
  containers: topology.containers.map((container) => ({
    ...container,
    indexingPolicy: {
      indexingMode: "consistent",
      includedPaths: [{ path: "/*" }],
      excludedPaths: [{ path: "/event/*" }, { path: '/"_etag"/?' }],
    },
  })),
};
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "caudal-containers-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(["containers.json", "lost.json"])(
  "a start brings the index policy of containers that are there up to date, and keeps their items (%s)",
  async (remembered) => {
    const { endpoint, key } = account.server;
    const start = (wanted: Topology, file: string): Promise<void> =>
      createContainers({ endpoint, key }, wanted, path.join(folder, file));
    await start(before, "containers.json");
    const unified = account.client.database(topology.database).container("unified");
    const inOrder = "SELECT VALUE c.id FROM c ORDER BY c.key, c.sequence";
    for (const sequence of [2, 1]) {
      await unified.items.upsert({ id: `audit|${sequence}`, key: "k", sequence, event: { source: "crm" } });
    }
    expect(await refusal(unified.items.query(inOrder).fetchAll())).toMatchObject({ code: 400 });

    await start(topology, remembered);
    const wanted = topology.containers.find(({ name }) => name === "unified")?.indexingPolicy;
    const { resource } = await unified.read();
    expect(resource?.indexingPolicy).toMatchObject(wanted ?? {});
    expect((await unified.items.query(inOrder).fetchAll()).resources).toEqual(["audit|1", "audit|2"]);
    const bySource = "SELECT VALUE c.id FROM c WHERE c.event.source = 'crm' ORDER BY c.event.source";
    expect((await unified.items.query(bySource).fetchAll()).resources).toHaveLength(2);

    // What is as it should be is left alone: on Azure each change of a policy has a whole container indexed anew.
    await start(topology, remembered);
    expect((await unified.read()).resource?._etag).toBe(resource?._etag);
  },
);
