import type { Loading } from "../engine/datasets/load/loading.ts";
import type { AppDefinition } from "../engine/define/app.ts";
import type { ModuleDefinition } from "../engine/define/module.ts";
import type { Ports } from "../engine/ports.ts";
import type { Settings } from "../engine/settings/settings.ts";
import { emitEvents } from "./emit-events.ts";
import { httpFetch } from "./http-fetch.ts";
import { loadDataset } from "./load-dataset.ts";
import { loadModel } from "./load-model.ts";

/** What they work with. `ports` and `loading` are asked for when a step is done: getters may connect then. */
export interface Acting {
  readonly app: AppDefinition;
  readonly settings: Settings;
  readonly ports: Ports;
  /** What the loads of this host work with. */
  readonly loading: Loading;
}

/** The built-in modules that act on the world: what each does twice under one key of idempotency counts once. */
export function actingModules(services: Acting): readonly ModuleDefinition[] {
  return [httpFetch(services), loadDataset(services), loadModel(services), emitEvents(services)];
}
