import { cancelRun } from "../runs/cancel.ts";
import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import type { BusinessModel } from "./model.ts";
import { giveNameBack } from "./owned.ts";
import { forgetSchedule } from "./schedule/forget.ts";
import { findState } from "./schedule/state.ts";

/**
 * Deletes a model: from the first write on it is gone for everybody. What follows may be done again, and is finished by
 * {@link tendModels} where it breaks off. The history of its runs stays.
 */
export async function deleteModel(desk: ModelDesk, model: BusinessModel, by: string): Promise<void> {
  const { documents, clock } = desk.ports;
  const deletedAt = new Date(clock.now()).toISOString();
  const marked = await changeModel(documents, model.model, () => ({ deletedAt }));
  if (marked) await finishDeletion(desk, marked, by);
}

/** Does what is left to do of a deletion that was begun. `by`: who cancels a run at work. */
export async function finishDeletion(
  { ports, server }: Pick<ModelDesk, "ports" | "server">,
  model: BusinessModel,
  by: string,
): Promise<void> {
  const { documents, blobs } = ports;
  const run = (await findState(documents, model.model))?.state.run;
  if (run) await cancelRun(ports, run, by);
  await server.drop(model);
  await forgetSchedule(ports, model.model);
  for await (const blob of blobs.list(`models/${model.model}/`)) await blobs.delete(blob);
  await giveNameBack(documents, model.owner, model.model);
  await documents.write("control", model.id, [{ op: "delete", id: model.id }]);
}
