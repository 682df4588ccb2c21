import type { Ports } from "../../ports.ts";
import type { ModelServer } from "../database/server.ts";

/** What the schedule runs on. */
export interface Scheduling {
  readonly ports: Ports;
  readonly server: Pick<ModelServer, "writeMeta" | "sizes" | "rowCount">;
  /** Bytes that a model's database may have, and the name of the setting that says so. */
  readonly quota: { readonly setting: string; readonly bytes: number };
}
