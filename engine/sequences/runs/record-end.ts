import type { Ports } from "../../ports.ts";
import {
  afterCancel,
  afterFailure,
  afterInterruption,
  afterReuse,
  afterShutdown,
  afterSuccess,
} from "./after-step.ts";
import { reasonToCancel } from "./cancel-sequence-run.ts";
import type { HowEnded } from "./do-step.ts";
import { type HeldRun, type Move, moveRun } from "./move-run.ts";
import type { RunPlan } from "./sequence-run.ts";

/**
 * Records how a worker's attempt ended, with what that means for the run, in one guarded write, as long as the step is its
 * own. Safe to repeat. Rejects when the store fails.
 */
export async function recordEnd(
  ports: Pick<Ports, "documents" | "clock">,
  plan: RunPlan,
  { run, worker }: { readonly run: string; readonly worker: string },
  ended: HowEnded,
): Promise<void> {
  if (ended.how === "lost") return;
  const cancelled = await reasonToCancel(ports.documents, run);
  await moveRun(ports, run, (held, now) => {
    return held.run.state.worker === worker ? moveOf(plan, held, ended, cancelled, now) : undefined;
  });
}

function moveOf(
  { plan }: RunPlan,
  held: HeldRun,
  ended: Exclude<HowEnded, { how: "lost" }>,
  cancelled: string | undefined,
  now: string,
): Move {
  if (ended.how === "succeeded") return afterSuccess(plan, held, ended, now);
  if (ended.how === "reused") return afterReuse(plan, held, ended.earlier, now);
  if (ended.how === "cancelled") return afterCancel(held, cancelled ?? "it was cancelled", now, ended.end);
  if (ended.how === "failed") return afterFailure(plan, held, ended, now);
  if (ended.how === "shut-down") return afterShutdown(plan, held, now);
  return afterInterruption(plan, held, ended.reason, now);
}
