import { startImport } from "../engine/datasets/import/start.ts";
import { createLoading, type Loading } from "../engine/datasets/load/loading.ts";
import { startRun } from "../engine/runs/start.ts";
import type { Services } from "./services.ts";

const loadings = new WeakMap<Services["datasets"], Loading>();

/** What the loads of this host work with: the same for all of them, since they share its connections. */
export function loadingOf(services: Services): Loading {
  const { app, datasets } = services;
  const known = loadings.get(datasets);
  if (known) return known;
  const { ports } = services;
  const made = createLoading(ports, datasets, {
    async loaded(table, actor) {
      await startRun(ports, { kind: "profile", name: table, request: { table }, actor, unit: "columns" });
      if (app.imports.some(({ dataset }) => dataset === table)) await startImport(ports, table, actor);
    },
  });
  loadings.set(datasets, made);
  return made;
}
