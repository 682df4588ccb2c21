import type { Ports } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import type { ModelServer } from "./database/server.ts";

/** What changes of models are made with. */
export interface ModelDesk {
  readonly ports: Ports;
  readonly server: ModelServer;
  readonly settings: Settings;
}
