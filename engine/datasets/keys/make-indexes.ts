import { PermanentError } from "../../errors/permanent-error.ts";
import { isLockWait, leavesConnectionSound } from "../../mysql/errors.ts";
import type { Connection, ConnectionPool } from "../../mysql/pool.ts";
import type { Working } from "../../runs/work.ts";
import type { DatasetDatabase } from "../database.ts";
import type { Dataset } from "../dataset.ts";
import { readDataset } from "../registry.ts";
import { adviseIndex, servedBy, type WantedIndex } from "./advice.ts";
import { addIndex, addKeyColumns, isOtherwise } from "./alter.ts";
import { type Asked, listWanted, markFailed, markMade } from "./asked.ts";
import { dropUnused, makeRoom } from "./drop-indexes.ts";
import { readKeys } from "./read-keys.ts";
import { readKnown } from "./read-lengths.ts";

/** What a run made of a table's indexes, by their names. */
export interface IndexesMade {
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Those that could not be made, and why. */
  readonly failed: readonly { readonly index: string; readonly why: string }[];
}

/** Nothing yet. */
export const NO_INDEXES: IndexesMade = { made: [], dropped: [], failed: [] };

/** How often one index is tried, where the table was changed or locked meanwhile. */
const TRIES = 3;

/**
 * Makes the indexes that queries of a table asked for, one after the other, and drops those that nobody used for 30
 * days. `request`: `{ table }`. Readers and loads go on meanwhile. May be done again after a crash at any point. A
 * PermanentError where there is no such dataset, or none of the indexes could be made.
 */
export async function makeIndexes(
  { datasets }: { readonly datasets: DatasetDatabase },
  run: Working<IndexesMade>,
): Promise<Record<string, unknown> | "again"> {
  const { table } = run.request as { table: string };
  const pool = await datasets.patientPool();
  const done = await makeWanted(pool, table, run, run.state ?? NO_INDEXES, (state) => state);
  if (done === "again") return done;
  if (done.made.length === 0 && done.failed[0]) {
    throw new PermanentError(`the index ${done.failed[0].index} could not be made: ${done.failed[0].why}`);
  }
  return { table, ...done };
}

/**
 * Makes what is wanted and is not there; saves after each what `stateOf` says. "again": the slice is over. A
 * PermanentError where there is no such dataset.
 */
export async function makeWanted<State>(
  pool: ConnectionPool,
  table: string,
  run: Pick<Working<State>, "save" | "spent">,
  begun: IndexesMade,
  stateOf: (made: IndexesMade) => State,
): Promise<IndexesMade | "again"> {
  let done = begun;
  const seen = new Set<string>();
  for (;;) {
    const next = await pool.use(async (connection) =>
      (await listWanted(connection, table)).find(({ hash }) => !seen.has(hash)),
    );
    if (!next) break;
    seen.add(next.hash);
    const one = await makeOne(pool, table, next);
    done = {
      made: [...done.made, ...one.made],
      dropped: [...done.dropped, ...one.dropped],
      failed: [...done.failed, ...one.failed],
    };
    if (one === NO_INDEXES) continue;
    await run.save({ done: done.made.length, state: stateOf(done) });
    if (run.spent()) return "again";
  }
  const dropped = await pool.use((connection) => dropUnused(connection, table));
  return { ...done, dropped: [...done.dropped, ...dropped] };
}

/** Makes the index that a shape wants, as the dataset is by then. */
async function makeOne(pool: ConnectionPool, table: string, asked: Asked): Promise<IndexesMade> {
  for (let left = TRIES - 1; ; left -= 1) {
    const outcome = await pool.use(async (connection) => {
      const dataset = await readDataset(connection, table);
      if (!dataset) return new PermanentError(`there is no dataset ${table} any more`);
      return attempt(connection, dataset, asked, left === 0);
    });
    if (outcome instanceof PermanentError) throw outcome;
    if (outcome) return outcome;
  }
}

/** Undefined: once more. Rejects where the connection is lost. */
async function attempt(
  connection: Connection,
  dataset: Dataset,
  { hash, shape, matches }: Asked,
  isLast: boolean,
): Promise<IndexesMade | undefined> {
  const { table } = dataset;
  const wanted = adviseIndex(shape, dataset, await readKnown(connection, dataset, shape), matches);
  if (!wanted) {
    await markFailed(connection, table, hash);
    return NO_INDEXES;
  }
  try {
    const { indexes } = await readKeys(connection, dataset);
    const serving = servedBy(wanted, indexes);
    const dropped = serving ? [] : await make(connection, dataset, wanted);
    await markMade(connection, table, hash, (serving ?? wanted).name);
    return serving ? NO_INDEXES : { made: [wanted.name], dropped, failed: [] };
  } catch (error) {
    if (!(error instanceof Error) || !leavesConnectionSound(error)) throw error;
    if (!isLast && (isOtherwise(error) || isLockWait(error))) return undefined;
    await markFailed(connection, table, hash);
    return { made: [], dropped: [], failed: [{ index: wanted.name, why: error.message }] };
  }
}

/** Makes an index, and room for it; the names of those that went for it. */
async function make(
  connection: Connection,
  dataset: Dataset,
  wanted: WantedIndex,
): Promise<readonly string[]> {
  await addKeyColumns(connection, dataset, wanted.keys);
  const dropped = await makeRoom(connection, dataset);
  await addIndex(connection, dataset, wanted);
  return dropped;
}
