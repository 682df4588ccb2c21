import { TICK_MS } from "../engine/models/schedule/heartbeat.ts";
import { quotaOf, SIZE_QUOTA } from "../engine/models/quota.ts";
import { tickModels } from "../engine/models/schedule/tick.ts";
import { tendModels } from "../engine/models/tend.ts";
import { jobWorkOf } from "./jobs.ts";
import { shielded } from "./messages.ts";
import type { Services } from "./services.ts";

/** What the timers of business models call, free of their host. */
export interface ModelHandlers {
  /** Starts what is due. */
  tick(): Promise<void>;
  /** Finishes deletions, drops users whose time is over, holds databases to their quota. */
  tend(): Promise<void>;
}

/** Makes the handlers; connections are opened at the first call. */
export function createModelHandlers(services: Services): ModelHandlers {
  return {
    tick: () =>
      shielded(services, "the schedule of the business models", () =>
        // Where jobs do not run, none is to fail for that; ready-made models have none.
        tickModels(
          jobWorkOf(services),
          TICK_MS,
          ({ ready_made }) => ready_made !== undefined || !("refused" in services.jobs),
        ),
      ),
    tend: () => {
      const { ports, models: server, settings } = services;
      const quotaBytes = quotaOf(settings, SIZE_QUOTA) * 1024 ** 3;
      return shielded(services, "tending business models", () => tendModels({ ports, server, quotaBytes }));
    },
  };
}
