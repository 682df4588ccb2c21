import { openModelServer } from "../../../engine/models/database/server.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import type { Services } from "../../../functions/services.ts";

/** Of a host's services, those of business models, where nothing is configured. */
export const NO_MODELS: Pick<Services, "models" | "jobs"> = {
  models: openModelServer(createSettings({}, [])),
  jobs: { mode: "trusted" },
};
