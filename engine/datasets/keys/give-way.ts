import { numberOf } from "../../mysql/errors.ts";
import type { Connection } from "../../mysql/pool.ts";
import { tableName } from "../dataset.ts";

/** ER_NO_SUCH_THREAD: what was to be ended has ended by itself. */
const ENDED_ITSELF = 1094;

/**
 * Ends the making of an index or key columns on a table. Who wants the table alone for a moment, to replace it, does this right before:
 * it would wait until they are there, and every reader that comes meanwhile would wait behind it. They are made
 * anew, on what the table is by then. Returns how many it ended.
 */
export async function giveWay(connection: Connection, table: string): Promise<number> {
  const making = await connection.query(
    "SELECT ID AS id FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND LOCATE(?, INFO) = 1",
    [`ALTER TABLE ${tableName(table)} ADD `],
  );
  for (const { id } of making) {
    try {
      await connection.query("KILL QUERY ?", [Number(id)]);
    } catch (error) {
      if (numberOf(error) !== ENDED_ITSELF) throw error;
    }
  }
  return making.length;
}
