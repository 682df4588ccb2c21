import { createPartLoader } from "../engine/datasets/load/load-part.ts";
import { parseLoadMessage } from "../engine/datasets/load/load-message.ts";
import { endLoad } from "../engine/datasets/load/end-load.ts";
import { tendLoads } from "../engine/datasets/load/tend-loads.ts";
import { type CollectedMessage, reasonOf } from "../engine/deliveries/collect.ts";
import { loadingOf } from "./loading.ts";
import { shielded } from "./messages.ts";
import type { Services } from "./services.ts";

/** What the triggers of loads call, free of their host. Each rejects to get its message again. */
export interface LoadHandlers {
  /** A message of the queue `loads`. */
  part(message: unknown): Promise<void>;
  /** A message that the broker dead-lettered in that queue. */
  dead(message: CollectedMessage): Promise<void>;
  /** Looks after loads that nobody was heard of. */
  tend(): Promise<void>;
}

/** Makes the handlers; connections are opened at the first message. */
export function createLoadHandlers(services: Services): LoadHandlers {
  const { log } = services;
  let loader: ReturnType<typeof createPartLoader> | undefined;
  return {
    part: (message) =>
      shielded(services, "a part of a load", async () => {
        const part = parseLoadMessage(message);
        if (!part) return log("error", "a message of the queue loads is about no part; it was dropped");
        loader ??= createPartLoader(loadingOf(services));
        await loader(part);
      }),
    dead: (message) =>
      shielded(services, "a dead letter of loads", async () => {
        const error = `a part was dead-lettered by the broker: ${reasonOf(message)}`;
        log("error", error, { messageId: message.messageId });
        const part = parseLoadMessage(message.body);
        if (part) await endLoad(loadingOf(services), part.run, { status: "failed", error });
      }),
    tend: () => shielded(services, "looking after loads", () => tendLoads(loadingOf(services))),
  };
}
