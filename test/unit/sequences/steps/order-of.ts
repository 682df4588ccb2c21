import { sequenceFile } from "../../../../engine/sequences/sequence.ts";
import type { StepOrder } from "../../../../engine/sequences/step.ts";

/** The first attempt at a step, as its sequence's file has it, unless it is said otherwise. */
export function orderOf(step: object, more: Partial<StepOrder> = {}): StepOrder {
  return {
    run: "r1",
    sequence: "daily",
    index: 0,
    attempt: 1,
    step: sequenceFile.parse([step]).steps[0]!,
    parameters: {},
    artifacts: new Map(),
    startedAt: "2026-03-01T03:00:00.000Z",
    ...more,
  };
}
