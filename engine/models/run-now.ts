import type { Ports } from "../ports.ts";
import { missingOf } from "./missing.ts";
import { readModel } from "./model.ts";
import { resumeModel } from "./schedule/resume.ts";
import { startDue } from "./schedule/start-due.ts";
import { findState } from "./schedule/state.ts";

/**
 * Has a model's job run now, whatever its frequency, and lifts a pause. Returns the run that was started, or the one that
 * has the model already; undefined where the model is gone, lacks something, or has nothing to cover yet.
 */
export async function runNow(ports: Ports, id: string, actor: string): Promise<string | undefined> {
  const stored = await readModel(ports.documents, id);
  if (!stored || missingOf(stored.item).length > 0) return undefined;
  await resumeModel(ports, id, { atOnce: true });
  const started = await startDue(ports, stored.item, actor);
  return started ?? (await findState(ports.documents, id))?.state.run ?? undefined;
}
