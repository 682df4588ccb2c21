import type { RegisteredFunction } from "../core.ts";
import type { Invoker } from "../invocation.ts";
import { triggerOf } from "../invocation.ts";
import type { Log } from "../log.ts";
import { errorText } from "../log.ts";
import { resolveNames } from "../settings.ts";
import type { Schedule } from "./schedule.ts";
import { parseSchedule } from "./schedule.ts";
import type { TimerStatus, TimerStatusStore } from "./status.ts";

const longestTimeout = 2 ** 31 - 1;

/** A timer that runs; `stop` starts no further call. */
export interface RunningTimer {
  stop(): void;
}

/**
 * Starts a timer function. A run that was missed while the host was down is made up for once, at the start,
 * with `isPastDue`; schedules of less than a minute keep no status, as on Azure. Runs never overlap: what
 * falls due during a run is skipped. Throws when the schedule is not valid or names a missing setting.
 */
export function startTimer(
  target: RegisteredFunction,
  invoker: Invoker,
  store: TimerStatusStore,
  log: Log,
): RunningTimer {
  const trigger = triggerOf(target);
  const name = target.metadata.name;
  const schedule = parseSchedule(
    resolveNames(typeof trigger["schedule"] === "string" ? trigger["schedule"] : ""),
    process.env["WEBSITE_TIME_ZONE"],
  );
  const monitored = trigger["useMonitor"] !== false && schedule.interval(new Date()) >= 60_000;
  let status = monitored ? store.read(name) : undefined;
  let timeout: NodeJS.Timeout | undefined;
  let stopped = false;

  const now = new Date();
  const missed = status !== undefined && Date.parse(status.next) <= now.getTime();
  if (missed || trigger["runOnStartup"] === true) void run(missed);
  else arm(status === undefined ? schedule.next(now) : new Date(status.next));

  return {
    stop() {
      stopped = true;
      clearTimeout(timeout);
    },
  };

  function arm(due: Date): void {
    if (stopped) return;
    const wait = due.getTime() - Date.now();
    timeout = setTimeout(
      () => (wait > longestTimeout ? arm(due) : void run(false)),
      Math.max(0, Math.min(wait, longestTimeout)),
    );
  }

  async function run(pastDue: boolean): Promise<void> {
    try {
      await invoker.invoke(target, { data: { json: JSON.stringify(timerInfo(schedule, status, pastDue)) } });
    } catch (error) {
      log("error", name, errorText(error));
    }
    const ended = new Date();
    const next = schedule.next(ended);
    if (monitored) {
      status = { last: ended.toISOString(), next: next.toISOString(), lastUpdated: ended.toISOString() };
      try {
        store.write(name, status);
      } catch (error) {
        log("error", name, `its schedule's status cannot be kept: ${errorText(error)}`);
      }
    }
    arm(next);
  }
}

function timerInfo(schedule: Schedule, status: TimerStatus | undefined, pastDue: boolean): object {
  return {
    Schedule: { AdjustForDST: schedule.adjustForDst },
    ScheduleStatus: status && { Last: status.last, Next: status.next, LastUpdated: status.lastUpdated },
    IsPastDue: pastDue,
  };
}
