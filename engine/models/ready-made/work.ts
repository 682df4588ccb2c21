import type { PersonalPaths } from "../../define/personal.ts";
import type { ConnectionPool } from "../../mysql/pool.ts";
import type { BusinessModel } from "../model.ts";

/** What filling ready-made models takes. */
export interface ReadyMadeWork {
  /** Sees to it that a model has its tables, as the present version has them, and its users. Returns it as it is then; undefined where it is gone. */
  makeTables(model: BusinessModel): Promise<BusinessModel | undefined>;
  /** Connections of a model's job user to its database. Throws where it has no such user, or its password cannot be opened. */
  open(model: BusinessModel): ConnectionPool;
  /** Where the personal values of an entity's document lie: all of it, where the app has no such document (any more). */
  personalOf(entity: string): PersonalPaths;
}
