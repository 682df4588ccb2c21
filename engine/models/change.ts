import { ContendedError } from "../errors/contended-error.ts";
import type { Documents } from "../ports.ts";
import { type BusinessModel, readModel, replaceModel } from "./model.ts";

/** How often a change is made anew on what somebody else wrote meanwhile. */
const TRIES = 20;

/**
 * Alters a model, whoever else does at the same time: `change` is called again with what they wrote. Returns it as it
 * then stands; undefined where it is gone or being deleted. Throws what `change` throws.
 */
export async function changeModel(
  documents: Documents,
  id: string,
  change: (model: BusinessModel) => Partial<BusinessModel>,
): Promise<BusinessModel | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await readModel(documents, id);
    if (!stored) return undefined;
    const item = { ...stored.item, ...change(stored.item) };
    if (await replaceModel(documents, item, stored.etag)) return item;
  }
  throw new ContendedError(`the model ${id}`, TRIES);
}
