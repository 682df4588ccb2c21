import type { FullConnection } from "../../mysql/pool.ts";
import { type Dataset, kindOf } from "../dataset.ts";
import { adviseIndex, servedBy } from "./advice.ts";
import { ASKED, readAsked, readIdleSeconds } from "./asked.ts";
import { type AskedShape, plainShape, shapeHash } from "./asked-shape.ts";
import { readKeys } from "./read-keys.ts";
import { readProfile } from "./read-profile.ts";

/** Most indexes of a dataset: each makes loads slower. */
export const MOST_INDEXES = 12;

/** A table that is read through in no time. */
const SMALL = 1_000;

/** Shapes that are remembered of a dataset; of more, those that were not asked for longest are forgotten. */
const MOST_SHAPES = 200;

/** An index that was of use so lately, in seconds, does not go for another. */
export const BUSY_SECONDS = 3_600;

/** How often a shape must have been asked. */
const OFTEN = 2;

/** What of a connection is needed. */
type Writing = Pick<FullConnection, "query" | "write">;

/**
 * Counts that a query was slow for want of an index. Answers whether one should be made now, by a run of kind `index`:
 * it was asked twice at least, an index would serve it, none does, and none is being made or could not be made within
 * the last hour. Nobody else is told so for half an hour. `ms`: how long it took. `matches`: how many rows it found in
 * all, if that is known; it decides between an index for the order and one for the bounds.
 */
export async function noteAsked(
  connection: Writing,
  dataset: Dataset,
  asked: AskedShape,
  { ms, matches }: { readonly ms: number; readonly matches?: number | undefined },
): Promise<boolean> {
  if (dataset.rows <= SMALL) return false;
  const shape = plainShape(asked);
  const hash = shapeHash(shape);
  await count(connection, dataset.table, { hash, shape, ms, matches });
  const known = await readAsked(connection, dataset.table, hash);
  if (!known || known.times < OFTEN) return false;
  const profile = await readProfile(connection, dataset);
  // Whether its texts are short will be known soon.
  if (!profile && shape.sort.some(({ column }) => isText(dataset, column))) return false;
  const wanted = adviseIndex(shape, dataset, profile, known.matches);
  if (!wanted) return false;
  const { indexes } = await readKeys(connection, dataset);
  if (servedBy(wanted, indexes)) return false;
  if (indexes.length >= MOST_INDEXES && (await areAllBusy(connection, dataset.table, indexes))) return false;
  return claim(connection, dataset.table, hash);
}

/** Remembers that an index served a query just now. At most once a minute and index is enough. */
export async function noteUsed(connection: Writing, { table }: Dataset, index: string): Promise<void> {
  await connection.write(`UPDATE ${ASKED} SET used = UTC_TIMESTAMP(3) WHERE dataset = ? AND made = ?`, [
    table,
    index,
  ]);
}

async function count(
  connection: Writing,
  table: string,
  { hash, shape, ms, matches }: { hash: string; shape: AskedShape; ms: number; matches: number | undefined },
): Promise<void> {
  const { rows } = await connection.write(
    `INSERT INTO ${ASKED} (dataset, shape, definition, times, slowest, matches, asked_first, asked_last)
     VALUES (?, ?, ?, 1, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE times = times + 1, slowest = GREATEST(slowest, VALUES(slowest)),
       matches = COALESCE(VALUES(matches), matches), asked_last = VALUES(asked_last)`,
    [table, hash, JSON.stringify(shape), Math.ceil(ms), matches ?? null],
  );
  // Of one that is there, two rows were touched.
  if (rows !== 1) return;
  const [counted] = await connection.query(`SELECT COUNT(*) AS shapes FROM ${ASKED} WHERE dataset = ?`, [
    table,
  ]);
  const tooMany = Number(counted?.["shapes"]) - MOST_SHAPES;
  if (tooMany <= 0) return;
  await connection.write(
    `DELETE FROM ${ASKED} WHERE dataset = ? AND made IS NULL AND claimed IS NULL AND shape <> ? ORDER BY asked_last LIMIT ?`,
    [table, hash, tooMany],
  );
}

/** Takes it upon the caller to have the index made; false where somebody else did, or it could not be made lately. */
async function claim(connection: Writing, table: string, hash: string): Promise<boolean> {
  const { rows } = await connection.write(
    `UPDATE ${ASKED} SET claimed = UTC_TIMESTAMP(3) WHERE dataset = ? AND shape = ?
     AND (claimed IS NULL OR claimed < UTC_TIMESTAMP(3) - INTERVAL 30 MINUTE)
     AND (failed IS NULL OR failed < UTC_TIMESTAMP(3) - INTERVAL 1 HOUR)`,
    [table, hash],
  );
  return rows === 1;
}

async function areAllBusy(
  connection: Writing,
  table: string,
  indexes: readonly { readonly name: string }[],
): Promise<boolean> {
  const idle = await readIdleSeconds(connection, table);
  return indexes.every(({ name }) => (idle.get(name) ?? Infinity) < BUSY_SECONDS);
}

function isText({ columns }: Dataset, name: string): boolean {
  const column = columns.find((known) => known.name === name);
  return column !== undefined && kindOf(column.cells) === "text";
}
