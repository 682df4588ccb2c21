import { CancelledError } from "../../errors/cancelled-error.ts";
import { LeaseLostError } from "../../errors/lease-lost-error.ts";
import type { Ports } from "../../ports.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { BEAT_MS, findState, leaseFrom, moveState } from "./state.ts";

/** A lease that is being renewed. */
export interface HeldLease {
  /** Aborts with a LeaseLostError, or with a CancelledError where an operator wants the run to end. */
  readonly signal: AbortSignal;
  /** Renews it no more; what is on its way then has no effect on a run that has ended. */
  stop(): void;
}

/** Who holds the lease of which model. */
export interface Holder {
  readonly model: string;
  readonly run: string;
  readonly worker: string;
  /** When the lease that was taken ends: milliseconds since 1970. */
  readonly leaseUntil: number;
}

/**
 * Renews a worker's lease every {@link BEAT_MS} until it is stopped, and looks for a cancellation each time. It is lost
 * where the model went to another run, and also where renewing failed for so long, or took so long, that it would end
 * before the job has: two beats ahead of that. So nobody is at work under a lease that another host may take.
 */
export function holdLease(
  { documents, clock, log }: Pick<Ports, "documents" | "clock" | "log">,
  { model, run, worker, ...taken }: Holder,
): HeldLease {
  const control = new AbortController();
  const lose = (why: Error): void => {
    clearInterval(timer);
    control.abort(why);
  };
  let { leaseUntil } = taken;
  let renewing = false;
  const beat = async (): Promise<void> => {
    renewing = true;
    try {
      await heedCancellation(documents, run);
      const held = await findState(documents, model);
      if (held?.state.run !== run || held.state.worker !== worker) throw new LeaseLostError();
      const until = leaseFrom(clock.now());
      // Where somebody else wrote meanwhile, the next beat looks at what.
      if (await moveState(documents, held, { leaseUntil: until })) leaseUntil = Date.parse(until);
    } catch (error) {
      if (error instanceof LeaseLostError || error instanceof CancelledError) return lose(error);
      const { message } = error instanceof Error ? error : new Error(String(error));
      log("warn", "the lease of a job could not be renewed", { model, run, error: message });
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(() => {
    if (clock.now() + 2 * BEAT_MS >= leaseUntil) lose(new LeaseLostError());
    else if (!renewing) void beat();
  }, BEAT_MS);
  return { signal: control.signal, stop: () => clearInterval(timer) };
}
