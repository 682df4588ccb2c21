import { openModelServer } from "../../../engine/models/database/server.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { bookOf } from "../sequences/runs/book-of.ts";
import type { Services } from "../../../functions/services.ts";

/** Of a host's services, those of business models and sequences, where nothing is configured. */
export const NO_MODELS: Pick<Services, "models" | "jobs" | "sequences"> = {
  models: openModelServer(createSettings({}, [])),
  jobs: { mode: "trusted" },
  sequences: {
    book: bookOf({}),
    get work(): never {
      throw new Error("nothing runs here");
    },
  },
};
