import { createHash } from "node:crypto";
import { ContendedError } from "../errors/contended-error.ts";
import type { Documents, Item } from "../ports.ts";
import { readModel } from "./model.ts";

/**
 * The models of one owner: item `models-of|<SHA-256 of the owner>` of `control`. A name is taken here before its model
 * is written, in one guarded write, so that of two requests at once one gets it.
 */
interface Owned extends Item {
  readonly kind: "models-of";
  readonly models: readonly OwnedModel[];
}

interface OwnedModel {
  /** A model that is being renamed is here twice. */
  readonly model: string;
  readonly name: string;
  /** When it was taken: ISO 8601. */
  readonly at: string;
}

/** Why a name was not given. */
export type NotGiven = "taken" | "full";

/** A name that no model has for so long was left by a crash, in milliseconds. */
const ABANDONED_MS = 60_000;

/** How often a write is made anew on what somebody else wrote meanwhile. */
const TRIES = 20;

/**
 * Gives a name to a model of an owner, who may have `most` models: to a new one, or another one to one that has one. A
 * name given up by that is held until its model has the new one. Names differ by more than case. Undefined where it was
 * given. Rejects when the store fails.
 */
export async function takeName(
  documents: Documents,
  { owner, model, name }: { readonly owner: string; readonly model: string; readonly name: string },
  { most, now }: { readonly most: number; readonly now: number },
): Promise<NotGiven | undefined> {
  return alterOwned(documents, owner, async (models) => {
    const isHeld = (each: OwnedModel): Promise<boolean> => holds(documents, each, models, now);
    const others = models.filter((each) => each.model !== model);
    const same = await heldOf(
      others.filter((each) => isSameName(each.name, name)),
      isHeld,
    );
    if (same.length > 0) return "taken";
    const rest = others.filter((each) => !isSameName(each.name, name));
    if (countOf(rest) >= most && countOf(await heldOf(rest, isHeld)) >= most) return "full";
    const own = models.filter((each) => each.model === model && !isSameName(each.name, name));
    return [...rest, ...(await heldOf(own, isHeld)), { model, name, at: new Date(now).toISOString() }];
  });
}

/** Gives back the name of a model; one that has none is no error. */
export async function giveNameBack(documents: Documents, owner: string, model: string): Promise<void> {
  await alterOwned(documents, owner, async (models) =>
    models.some((each) => each.model === model) ? models.filter((each) => each.model !== model) : undefined,
  );
}

/**
 * Whether a name is held: a model's own, or one that a model is about to have. Any other was left by a crash, or given
 * up for a later one.
 */
async function holds(
  documents: Documents,
  { model, name, at }: OwnedModel,
  models: readonly OwnedModel[],
  now: number,
): Promise<boolean> {
  const stored = await readModel(documents, model, { deleted: true });
  const own = stored?.item.name ?? "";
  if (isSameName(own, name)) return true;
  if (now - Date.parse(at) >= ABANDONED_MS) return false;
  return !models.some((other) => other.model === model && isSameName(other.name, own) && other.at > at);
}

async function heldOf(
  models: readonly OwnedModel[],
  isHeld: (model: OwnedModel) => Promise<boolean>,
): Promise<readonly OwnedModel[]> {
  const held: OwnedModel[] = [];
  for (const each of models) if (await isHeld(each)) held.push(each);
  return held;
}

function countOf(models: readonly OwnedModel[]): number {
  return new Set(models.map(({ model }) => model)).size;
}

function isSameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Writes what `change` makes of an owner's models; a word instead is answered, undefined leaves them as they are. */
async function alterOwned(
  documents: Documents,
  owner: string,
  change: (models: readonly OwnedModel[]) => Promise<readonly OwnedModel[] | NotGiven | undefined>,
): Promise<NotGiven | undefined> {
  const id = `models-of|${createHash("sha256").update(owner).digest("hex")}`;
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await documents.read<Owned>("control", id, id);
    const models = await change(stored?.item.models ?? []);
    if (models === undefined || typeof models === "string") return models;
    const item: Owned = { id, kind: "models-of", models };
    const { written } = await documents.write("control", id, [
      stored ? { op: "replace", item, etag: stored.etag } : { op: "create", item },
    ]);
    if (written) return undefined;
  }
  throw new ContendedError("the models of an owner", TRIES);
}
