import { createHash } from "node:crypto";
import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import type { BusinessModel } from "./model.ts";
import { resumeModel } from "./schedule/resume.ts";

/**
 * Keeps a job's file, which runs from the next window on, and resumes a model that was paused. Returns the model as it
 * is now; undefined where it was deleted meanwhile.
 */
export async function takeJob(
  { ports }: Pick<ModelDesk, "ports">,
  model: BusinessModel,
  { bytes, fileName }: { readonly bytes: Uint8Array; readonly fileName: string },
): Promise<BusinessModel | undefined> {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const blob = `models/${model.model}/job/${sha256}`;
  await ports.blobs.put(blob, bytes);
  const at = new Date(ports.clock.now()).toISOString();
  const job = { fileName, blob, sha256, bytes: bytes.length, at };
  const changed = await changeModel(ports.documents, model.model, () => ({ job }));
  if (!changed) await ports.blobs.delete(blob);
  await resumeModel(ports, model.model);
  return changed;
}
