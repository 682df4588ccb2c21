import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { sequenceFile } from "../../../../engine/sequences/sequence.ts";
import type { StepOrder } from "../../../../engine/sequences/step.ts";
import { fileBelow } from "../../../../engine/sequences/steps/bring-input.ts";
import type { ReadyStep } from "../../../../engine/sequences/steps/command-step.ts";
import { placeOf } from "../../../../engine/sequences/steps/places.ts";

/** A step that is ready to be done, in a folder of the test. */
export async function readyStep(step: object, more: Partial<StepOrder> = {}): Promise<ReadyStep> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-ready-step-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const order: StepOrder = {
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
  const [from, to] = [placeOf("input", order.step.input), placeOf("output", order.step.output)];
  const input = from && { file: path.join(folder, "in", from.inFolder), inFolder: from.inFolder };
  const output = to && { place: to, file: await fileBelow(path.join(folder, "out"), to.inFolder) };
  return { order, folder, input, output, timeMs: order.step.timeout * 1000 };
}
