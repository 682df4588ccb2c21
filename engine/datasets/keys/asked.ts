import type { Connection, Row } from "../../mysql/pool.ts";
import { tableName } from "../dataset.ts";
import type { AskedShape } from "./asked-shape.ts";

/** What was asked of a dataset: one row a shape. */
export const ASKED = tableName("_asked");

/** A shape as it was asked. */
export interface Asked {
  /** Names the shape within its dataset. */
  readonly hash: string;
  readonly shape: AskedShape;
  readonly times: number;
  /** How many rows matched when it was asked last, where that was known. */
  readonly matches: number | undefined;
  /** The index that was made for it; undefined while there is none. */
  readonly made: string | undefined;
}

/** For how many days an index stays that nobody uses. */
export const KEPT_DAYS = 30;

/** When an index was last of use, to a shape whose query it serves or to one that was asked. */
const LAST_USE = "GREATEST(asked_last, COALESCE(used, asked_last))";

/** A shape that was asked; undefined where it never was. */
export async function readAsked(
  connection: Connection,
  table: string,
  hash: string,
): Promise<Asked | undefined> {
  const [row] = await connection.query(`SELECT * FROM ${ASKED} WHERE dataset = ? AND shape = ?`, [
    table,
    hash,
  ]);
  return row && asked(row);
}

/**
 * The shapes for which an index is to be made: claimed by a query, and those that had one, if it was of use within the
 * last {@link KEPT_DAYS} days. What is used most comes first.
 */
export async function listWanted(connection: Connection, table: string): Promise<readonly Asked[]> {
  const rows = await connection.query(
    `SELECT * FROM ${ASKED}
     WHERE dataset = ? AND (claimed IS NOT NULL OR (made IS NOT NULL AND ${LAST_USE} > UTC_TIMESTAMP(3) - INTERVAL ? DAY))
     ORDER BY claimed IS NULL, ${LAST_USE} DESC, shape`,
    [table, KEPT_DAYS],
  );
  return rows.map(asked);
}

/** Remembers which index serves a shape. One that was claimed counts as used, so that it is not the first to go. */
export async function markMade(
  connection: Connection,
  table: string,
  hash: string,
  index: string,
): Promise<void> {
  // Members are set from left to right.
  await connection.query(
    `UPDATE ${ASKED} SET used = CASE WHEN claimed IS NULL THEN used ELSE UTC_TIMESTAMP(3) END,
       made = ?, claimed = NULL, failed = NULL WHERE dataset = ? AND shape = ?`,
    [index, table, hash],
  );
}

/** Remembers that no index could be made for a shape; it is not tried again within an hour. */
export async function markFailed(connection: Connection, table: string, hash: string): Promise<void> {
  await connection.query(
    `UPDATE ${ASKED} SET made = NULL, claimed = NULL, failed = UTC_TIMESTAMP(3) WHERE dataset = ? AND shape = ?`,
    [table, hash],
  );
}

/** Remembers that an index is gone. */
export async function markDropped(connection: Connection, table: string, index: string): Promise<void> {
  await connection.query(`UPDATE ${ASKED} SET made = NULL WHERE dataset = ? AND made = ?`, [table, index]);
}

/** How long ago each index was of use, in seconds. One that is not in it was never made for anybody. */
export async function readIdleSeconds(
  connection: Connection,
  table: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await connection.query(
    `SELECT made, MIN(TIMESTAMPDIFF(SECOND, ${LAST_USE}, UTC_TIMESTAMP(3))) AS idle FROM ${ASKED}
     WHERE dataset = ? AND made IS NOT NULL GROUP BY made`,
    [table],
  );
  return new Map(rows.map((row) => [String(row["made"]), Number(row["idle"])]));
}

function asked(row: Row): Asked {
  const { matches, made } = row;
  return {
    hash: String(row["shape"]),
    shape: JSON.parse(String(row["definition"])) as AskedShape,
    times: Number(row["times"]),
    matches: matches === null ? undefined : Number(matches),
    made: typeof made === "string" ? made : undefined,
  };
}
