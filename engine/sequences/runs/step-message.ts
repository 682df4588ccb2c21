import { z } from "zod";
import type { OutgoingMessage } from "../../ports.ts";
import type { SequenceRun, StepPlace } from "./sequence-run.ts";

/** What travels on the queue `steps`: that a step is to be done. */
export interface StepMessage {
  readonly run: string;
  readonly step: StepPlace;
  /** Which message of that step it is: from 1, one more for each try that was put off. */
  readonly round: number;
}

const stepMessage = z.object({
  run: z.string().min(1).max(100),
  step: z.union([z.int().min(0), z.literal("error_handler")]),
  round: z.int().min(1),
});

/** The step that a message of the queue `steps` is about; undefined for what is none: anything may stand on a queue. */
export function parseStepMessage(message: unknown): StepMessage | undefined {
  return stepMessage.safeParse(message).data;
}

/** The message for the step that a run is at: the same one, however often it is made, in the run's own session. */
export function messageFor({ run, state: { at, round, notBefore } }: SequenceRun): OutgoingMessage {
  const body: StepMessage = { run, step: at, round };
  const later = notBefore === null ? {} : { notBefore };
  return { body, sessionId: run, messageId: `${run}#${at}#${round}`, ...later };
}

/** Whether the step of a message is the one that a run is at, or lies behind or ahead of it. */
export function whereIs({ step, round }: StepMessage, { state }: SequenceRun): "here" | "behind" | "ahead" {
  const order = placeOf(step) - placeOf(state.at) || round - state.round;
  if (order === 0) return "here";
  return order < 0 ? "behind" : "ahead";
}

function placeOf(step: StepPlace): number {
  return step === "error_handler" ? Number.MAX_SAFE_INTEGER : step;
}
