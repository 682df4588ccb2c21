import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { StepOrder } from "../../../../engine/sequences/step.ts";
import { fileBelow } from "../../../../engine/sequences/steps/bring-input.ts";
import type { ReadyStep } from "../../../../engine/sequences/steps/command-step.ts";
import { placeOf } from "../../../../engine/sequences/steps/places.ts";
import { orderOf } from "./order-of.ts";

/** A step that is ready to be done, in a folder of the test. */
export async function readyStep(step: object, more: Partial<StepOrder> = {}): Promise<ReadyStep> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-ready-step-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const order = orderOf(step, more);
  const [from, to] = [placeOf("input", order.step.input), placeOf("output", order.step.output)];
  const input = from && { file: path.join(folder, "in", from.inFolder), inFolder: from.inFolder };
  const output = to && { place: to, file: await fileBelow(path.join(folder, "out"), to.inFolder) };
  return { order, folder, input, output, timeMs: order.step.timeout * 1000 };
}
