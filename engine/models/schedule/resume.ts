import type { Ports } from "../../ports.ts";
import { changeState } from "./state.ts";

/** How a model is resumed. */
export interface Resumption {
  /** Whether its next run is due now, even where nothing held the model up. Default false. */
  readonly atOnce?: boolean;
}

/**
 * Lifts a pause of a model and forgets its failures, so that its next run is due now; where neither held it up, it
 * stays as it is, unless the run is wanted at once. A run that has the model goes on. Nothing to do before the first
 * run was claimed: that one is due anyway. Rejects when the store fails; safe to repeat.
 */
export async function resumeModel(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  model: string,
  { atOnce = false }: Resumption = {},
): Promise<void> {
  await changeState(documents, model, ({ paused, failures, retryAt }) => {
    const heldUp = paused !== null || failures > 0 || retryAt !== null;
    if (!heldUp && !atOnce) return undefined;
    return { paused: null, failures: 0, retryAt: new Date(clock.now()).toISOString() };
  });
}
