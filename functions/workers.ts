import { replayDeadLetters, type ReplayState } from "../engine/deliveries/replay.ts";
import { replayDeliveries, type ReplayedDeliveries } from "../engine/deliveries/replay-deliveries.ts";
import { resync, type ResyncState } from "../engine/deliveries/resync.ts";
import { runPull } from "../engine/pulls/run.ts";
import { endRun } from "../engine/runs/run.ts";
import type { RunMessage } from "../engine/runs/start.ts";
import { type Working, workOn } from "../engine/runs/work.ts";
import { type QuarantineReplayState, replayQuarantine } from "../engine/sync/replay-quarantine.ts";
import { retryParked, type RetryState } from "../engine/sync/retry-parked.ts";
import type { Services } from "./services.ts";

/** Does the work of a run. One of something that the app does not have (any more) ends as failed. */
export async function work(
  { app, ports, settings, secrets, log }: Services,
  message: RunMessage,
): Promise<void> {
  const { kind, name } = message;
  const integration = app.integrations.find((known) => known.name === name);
  const pull = app.pulls.find((known) => known.name === name);
  if (kind === "pull" && pull)
    return runPull(pull, { kind, name, run: message.run }, ports, settings, secrets);
  if (kind === "resync" && integration) {
    return workOn(message, ports, (run: Working<ResyncState>) => resync(integration, ports, run));
  }
  switch (`${kind} ${name}`) {
    case "replay dead-letters":
      return workOn(message, ports, (run: Working<ReplayState>) => replayDeadLetters(ports, run));
    case "replay deliveries":
      return workOn(message, ports, (run: Working<ReplayedDeliveries>) => replayDeliveries(ports, run));
    case "retry parked":
      return workOn(message, ports, (run: Working<RetryState>) => retryParked(ports, run));
    case "replay quarantine":
      return workOn(message, ports, (run: Working<QuarantineReplayState>) =>
        replayQuarantine({ app, ports, settings }, run),
      );
    default: {
      const error = `the app has nothing to ${kind} that is named "${name}"`;
      log("error", "a run of something unknown was ended", { run: message.run, error });
      const endedAt = new Date(ports.clock.now()).toISOString();
      await endRun(ports.documents, message.run, { status: "failed", error, endedAt });
    }
  }
}
