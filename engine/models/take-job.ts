import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import { keepSource } from "./keep-source.ts";
import type { BusinessModel } from "./model.ts";
import { resumeModel } from "./schedule/resume.ts";

/**
 * Keeps a job's file, which runs from the next window on, and resumes a model that was paused. Returns the model as it
 * is now; undefined where it was deleted meanwhile.
 */
export async function takeJob(
  { ports }: Pick<ModelDesk, "ports">,
  model: BusinessModel,
  file: { readonly bytes: Uint8Array; readonly fileName: string },
): Promise<BusinessModel | undefined> {
  const job = await keepSource(ports, model, "job", file);
  const changed = await changeModel(ports.documents, model.model, () => ({ job }));
  if (!changed) await ports.blobs.delete(job.blob);
  await resumeModel(ports, model.model);
  return changed;
}
