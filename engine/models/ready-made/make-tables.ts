import type { ModelDesk } from "../desk.ts";
import type { BusinessModel } from "../model.ts";
import { type SqlTaken, takeSql } from "../take-sql.ts";
import { fileOf, isOutdated, type ReadyMade } from "./ready-made.ts";

/**
 * Makes the tables and users of a ready-made model, on the way that an uploaded .sql takes: what a later version of our
 * own alters keeps the rows, and what it drops is meant to go. Throws what {@link takeSql} throws.
 */
export function makeTables(desk: ModelDesk, model: BusinessModel, name: ReadyMade): Promise<SqlTaken> {
  return takeSql(desk, model, fileOf(name), { dryRun: false, allowDestructive: true });
}

/** Makes them where they are not there yet, or are those of an earlier version. Returns the model as it is then. */
export async function ensureTables(
  desk: ModelDesk,
  model: BusinessModel,
): Promise<BusinessModel | undefined> {
  const { ready_made: name, sql, users } = model;
  if (name === undefined || (users && !isOutdated(name, sql))) return model;
  return (await makeTables(desk, model, name)).model;
}
