import { connectionPool, type ConnectionPool } from "../../mysql/pool.ts";
import type { Settings } from "../../settings/settings.ts";
import { modelConnections } from "../database/connections.ts";
import { checkPlace, checkUser, type ModelPlace } from "../database/names.ts";

/** For one statement, in milliseconds: much less than a lease lasts. */
const STATEMENT_MS = 20_000;

/**
 * One connection to a model's database as one of its users, encrypted where the administrator's is; connects at first
 * use. Throws a MissingSettingError or an InvalidSettingError where the settings name no server, a TypeError for names
 * that no model has.
 */
export function openModelDatabase(
  settings: Settings,
  model: ModelPlace,
  user: { readonly name: string; readonly password: string },
): ConnectionPool {
  checkPlace(model);
  checkUser(user.name);
  const connections = modelConnections(settings, connectionPool);
  const pool = connections.as(user, model.database, STATEMENT_MS);
  return {
    ...pool,
    async close() {
      await pool.close();
      // It never connected.
      await connections.admin.close();
    },
  };
}
