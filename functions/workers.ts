import { rehearseRun, type RehearsalState } from "../engine/audit/rehearse/run.ts";
import { verifyLog, type VerifyState } from "../engine/audit/verify/run.ts";
import { importRows, type ImportState } from "../engine/datasets/import/run.ts";
import { type IndexesMade, makeIndexes } from "../engine/datasets/keys/make-indexes.ts";
import { profileDataset, type ProfileState } from "../engine/datasets/keys/profile-dataset.ts";
import { persistently } from "../engine/datasets/load/persistently.ts";
import { workOnLoad } from "../engine/datasets/load/work-on-load.ts";
import { replayDeadLetters, type ReplayState } from "../engine/deliveries/replay.ts";
import { replayDeliveries, type ReplayedDeliveries } from "../engine/deliveries/replay-deliveries.ts";
import { resync, type ResyncState } from "../engine/deliveries/resync.ts";
import { type ErasureState, eraseEverywhere } from "../engine/privacy/erasure.ts";
import { runPull } from "../engine/pulls/run.ts";
import { endRun } from "../engine/runs/run.ts";
import type { RunMessage } from "../engine/runs/start.ts";
import { type Working, workOn } from "../engine/runs/work.ts";
import { foldingOf } from "../engine/sync/fold-next.ts";
import { type QuarantineReplayState, replayQuarantine } from "../engine/sync/replay-quarantine.ts";
import { retryParked, type RetryState } from "../engine/sync/retry-parked.ts";
import { undoDocuments } from "../engine/undo/undo-run.ts";
import type { UndoState } from "../engine/undo/undo-state.ts";
import { workOnJob } from "./jobs.ts";
import { loadingOf } from "./loading.ts";
import { ruleHash } from "./rule-hash.ts";
import type { Services } from "./services.ts";

/** Does the work of a run. One of something that the app does not have (any more) ends as failed. */
export async function work(services: Services, message: RunMessage): Promise<void> {
  const { app, ports, settings, secrets, datasets, log } = services;
  const { kind, name } = message;
  const integration = app.integrations.find((known) => known.name === name);
  const pull = app.pulls.find((known) => known.name === name);
  if (kind === "pull" && pull)
    return runPull(pull, { kind, name, run: message.run }, ports, settings, secrets);
  if (kind === "resync" && integration) {
    return workOn(message, ports, (run: Working<ResyncState>) => resync(integration, ports, run));
  }
  if (kind === "rehearsal") {
    return workOn(message, ports, (run: Working<RehearsalState>) =>
      rehearseRun({ app, ruleHash, ports }, run),
    );
  }
  if (kind === "job") return workOnJob(services, message);
  if (kind === "load") return workOnLoad(loadingOf(services), message.run);
  if (kind === "profile") {
    return workOn(message, ports, (run: Working<ProfileState>) =>
      persistently(log, `profiling ${name}`, () => profileDataset({ datasets }, run)),
    );
  }
  if (kind === "index") {
    return workOn(message, ports, (run: Working<IndexesMade>) =>
      persistently(log, `making indexes of ${name}`, () => makeIndexes({ datasets }, run)),
    );
  }
  const definition = app.imports.find(({ dataset }) => dataset === name);
  if (kind === "import" && definition) {
    return workOn(message, ports, (run: Working<ImportState>) =>
      persistently(log, `importing ${name}`, () =>
        importRows({ definition, ports, settings, datasets }, run),
      ),
    );
  }
  switch (`${kind} ${name}`) {
    case "verify audit":
      return workOn(message, ports, (run: Working<VerifyState>) => verifyLog(ports, run));
    case "replay dead-letters":
      return workOn(message, ports, (run: Working<ReplayState>) => replayDeadLetters(ports, run));
    case "replay deliveries":
      return workOn(message, ports, (run: Working<ReplayedDeliveries>) => replayDeliveries(ports, run));
    case "retry parked":
      return workOn(message, ports, (run: Working<RetryState>) => retryParked(ports, run));
    case "undo documents":
      return workOn(message, ports, (run: Working<UndoState>) =>
        undoDocuments({ app, ports, folding: foldingOf(app, ruleHash) }, run),
      );
    case "replay quarantine":
      return workOn(message, ports, (run: Working<QuarantineReplayState>) =>
        replayQuarantine({ app, ports, settings }, run),
      );
    case "erasure entities":
      return workOn(message, ports, (run: Working<ErasureState>) =>
        eraseEverywhere({ app, ports, settings }, run),
      );
    default: {
      const error = `the app has nothing to ${kind} that is named "${name}"`;
      log("error", "a run of something unknown was ended", { run: message.run, error });
      const endedAt = new Date(ports.clock.now()).toISOString();
      await endRun(ports.documents, message.run, { status: "failed", error, endedAt });
    }
  }
}
