import { BrokenCircuitError, circuitBreaker, CircuitState, handleWhen } from "cockatiel";
import type { IntegrationDefinition } from "../define/integration.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Ports } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { LONGEST_WAIT_MS } from "./attempts.ts";
import { SeveralEntities } from "./breaker.ts";
import { changeDestination, type DestinationState, readDestination } from "./destination-state.ts";
import { type Delay, shortened } from "./pending.ts";

/** How long a destination's state is remembered: a hold takes effect on every host within that. */
const REMEMBERED_MS = 1_000;
/** The first pause of a destination that fails, doubled with each that follows, and the longest. */
const PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** Decides whether a destination is sent anything, over all hosts. */
export interface Gate {
  /**
   * Why nothing may be sent now, and when to look again; undefined: go ahead. `afresh`: what this host remembers will
   * not do, since nobody asks again.
   */
  closed(afresh?: boolean): Promise<Delay | undefined>;
  /** Whether a probe is wanted: the pause is over, and nothing has succeeded since. */
  probing(): Promise<boolean>;
  /**
   * Makes an attempt for an entity, and learns from how it ends. Throws what the attempt throws, and a ClosedError
   * where the breaker lets nothing through.
   */
  through<T>(key: string, attempt: () => Promise<T>): Promise<T>;
}

/** Makes the gate of an integration. `reopened` is called when a destination that was paused works again. */
export function createGate(
  { name, destination }: IntegrationDefinition,
  { documents, clock, log }: Ports,
  settings: Settings,
  reopened: () => Promise<void>,
): Gate {
  let known: { state: Promise<DestinationState>; at: number } | undefined;
  const state = (): Promise<DestinationState> => {
    if (!known || clock.now() - known.at >= REMEMBERED_MS) {
      const asked = { state: readDestination(documents, name), at: clock.now() };
      asked.state.catch(() => {
        if (known === asked) known = undefined;
      });
      known = asked;
    }
    return known.state;
  };
  const change = async (
    next: (before: DestinationState) => DestinationState | undefined,
  ): Promise<DestinationState> => {
    const changed = await changeDestination(documents, name, next);
    known = { state: Promise.resolve(changed), at: clock.now() };
    return changed;
  };

  const pause = async (
    reason: string,
    startedAt: number,
    { forMs, asked }: { forMs: (strikes: number) => number; asked: boolean },
  ): Promise<void> => {
    const now = clock.now();
    await change((before) => {
      const { paused } = before;
      // What began before the pause fails for what the pause is for already.
      if (paused && !asked && startedAt < Date.parse(paused.at)) return undefined;
      const strikes = (paused?.strikes ?? 0) + 1;
      const until = now + forMs(strikes);
      if (paused && Date.parse(paused.until) >= until) return undefined;
      const next = {
        at: new Date(now).toISOString(),
        until: new Date(until).toISOString(),
        reason: shortened(settings.redact(reason)),
        strikes,
      };
      log("warn", `${name} is paused`, next);
      return { ...before, paused: next };
    });
  };

  const resume = async (startedAt: number): Promise<void> => {
    const works = ({ paused }: DestinationState): boolean =>
      paused !== undefined && startedAt >= Date.parse(paused.at);
    if (!works(await state())) return;
    let resumed = false;
    await change((before) => {
      resumed = works(before);
      const { paused: _over, ...rest } = before;
      return resumed ? rest : undefined;
    });
    if (!resumed) return;
    log("info", `${name} works again`);
    await reopened();
  };

  const breaker = new SeveralEntities();
  const counts = (error: unknown): boolean => error instanceof RetryableError && !error.own;
  const policy = circuitBreaker(
    handleWhen(counts),
    // The pause that all hosts share is the longer one; when it is over, one attempt of each host is let through.
    { halfOpenAfter: PAUSE_MS / 2, breaker },
  );

  return {
    async closed(afresh = false) {
      if (afresh) known = undefined;
      const missing = settings.missing(destination.settings);
      const now = clock.now();
      if (missing.length > 0) {
        return { reason: "unconfigured", detail: `missing ${missing.join(", ")}`, dueAt: now };
      }
      const { held, paused } = await state();
      if (held) return { reason: "held", detail: `held by ${held.by}: ${held.reason}`, dueAt: now };
      const until = paused ? Date.parse(paused.until) : 0;
      return until > now ? { reason: "paused", detail: paused?.reason ?? "", dueAt: until } : undefined;
    },

    async probing() {
      return (await state()).paused !== undefined;
    },

    async through(key, attempt) {
      const startedAt = clock.now();
      try {
        const result = await policy.execute(async () => {
          try {
            return await attempt();
          } catch (error) {
            if (counts(error)) breaker.meet(key);
            throw error;
          }
        });
        await resume(startedAt);
        return result;
      } catch (error) {
        if (error instanceof BrokenCircuitError) {
          const dueAt = clock.now() + PAUSE_MS;
          throw new ClosedError({ reason: "paused", detail: "it is being tried with another entity", dueAt });
        }
        if (error instanceof PermanentError) {
          // It answered, so it works, even if not for this one.
          breaker.success();
          await resume(startedAt);
        } else if (error instanceof RetryableError && (error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) {
          const waitMs = error.retryAfterMs ?? 0;
          const reason = `it asked to be left alone for ${Math.round(waitMs / 1000)} s (${error.message})`;
          await pause(reason, startedAt, { forMs: () => waitMs, asked: true });
        } else if (error instanceof RetryableError && policy.state === CircuitState.Open) {
          await pause(error.message, startedAt, { forMs: pauseMs, asked: false });
        }
        throw error;
      }
    },
  };
}

function pauseMs(strikes: number): number {
  return Math.min(PAUSE_MS * 2 ** Math.min(strikes - 1, 10), LONGEST_PAUSE_MS);
}
