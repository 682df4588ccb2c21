import { quoted } from "../../mysql/quoted.ts";
import type { BusinessModel } from "../model.ts";

/** A model, as far as its database is concerned. */
export type ModelPlace = Pick<BusinessModel, "model" | "database">;

/** Names between backticks, with commas. */
export function list(names: readonly string[]): string {
  return names.map(quoted).join(", ");
}

/** Throws a TypeError for a place that no model has: what its names go into must not be able to be anything else. */
export function checkPlace({ model, database }: ModelPlace): void {
  const fits = /^[a-z2-7]{10}$/.test(model) && /^bm_\w{1,61}$/.test(database);
  if (!fits || !database.endsWith(`_${model}`)) throw new TypeError(`${database} is no model's database`);
}

/** Throws a TypeError for a name that no user of a model has. */
export function checkUser(name: string): void {
  if (!/^bm_[a-z2-7]{10}_(job|read)\d{1,6}$/.test(name)) throw new TypeError(`${name} is no model's user`);
}

/**
 * Beginnings of the databases and users that exist for one upload each. Behind stand when they were made, in base 36, and
 * the model: with MySQL a user's name has 32 characters at most.
 */
export const SCRATCH = "caudal_scratch_";
export const UPLOAD = "caudal_up_";

/** When a scratch database or an upload's user was made, in milliseconds since 1970; undefined for other names. */
export function madeAt(name: string): number | undefined {
  const found = /^(?:caudal_scratch|caudal_up)_([0-9a-z]{8,9})_[a-z2-7]{10}$/.exec(name)?.[1];
  return found === undefined ? undefined : Number.parseInt(found, 36);
}
