import type { StepEnd } from "../step.ts";
import type { StepRecord, StepStatus } from "./step-record.ts";

/** Most characters of a reason, of an argument where a command is too long to be kept whole, and of a result as JSON. */
const LONGEST_REASON = 2_000;
const LONGEST_ARGUMENT = 1_000;
const LONGEST_COMMAND = 100_000;
const LONGEST_RESULT = 100_000;

/**
 * The record of a step of which an attempt came to its end, so short that the store takes it; `now`: when, ISO 8601, or
 * null where there was no attempt. Nobody works on it any more.
 */
export function endedStep(
  step: StepRecord,
  status: Exclude<StepStatus, "pending" | "running">,
  now: string | null,
  end: Partial<StepEnd> = {},
): StepRecord {
  const reason = end.reason === undefined ? null : shortened(end.reason, LONGEST_REASON);
  const exitCode = end.exitCode ?? null;
  return {
    ...step,
    status,
    attempts: step.attempts.map((attempt) =>
      attempt.endedAt === null ? { ...attempt, endedAt: now, exitCode, reason } : attempt,
    ),
    command: keptCommand(end.command ?? null),
    exitCode,
    // Of an attempt that nobody saw the end of, what was heard of it.
    output: end.log ?? step.output,
    artifact: end.artifact ?? null,
    result: keptResult(end.result),
    reason,
    endedAt: now,
    durationMs:
      end.durationMs ?? (now !== null && step.startedAt !== null ? spanOf(step.startedAt, now) : null),
    worker: null,
  };
}

function spanOf(startedAt: string, now: string): number {
  return Math.max(0, Date.parse(now) - Date.parse(startedAt));
}

function keptCommand(command: readonly string[] | null): readonly string[] | null {
  const length = (command ?? []).reduce((sum, argument) => sum + argument.length, 0);
  if (!command || length <= LONGEST_COMMAND) return command;
  return command.map((argument) => shortened(argument, LONGEST_ARGUMENT));
}

function keptResult(result: StepEnd["result"]): StepRecord["result"] {
  if (!result) return null;
  const { length } = JSON.stringify(result);
  return length <= LONGEST_RESULT ? result : { "too long to keep, in characters": length };
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`.toWellFormed();
}
