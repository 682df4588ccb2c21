import type { ConnectionPool, FullConnection } from "../../mysql/pool.ts";
import type { Dataset } from "../dataset.ts";
import { readDataset } from "../registry.ts";
import { BadQueryError } from "./bad-query-error.ts";
import { OverTimeError } from "./bounded.ts";
import { TableChangedError } from "./table-changed-error.ts";

/** How often a dataset is asked again because it was loaded anew just then. */
const TRIES = 3;

/** Errors that say nothing against the connection, which the pool would drop. */
const HARMLESS = [BadQueryError, OverTimeError, TableChangedError];

/**
 * Does something with a dataset as it is: again with what it became when it changed under it, three times in all.
 * Undefined where there is no such dataset. Throws what `work` throws, in the end a {@link TableChangedError}.
 */
export async function withDataset<T>(
  pool: ConnectionPool,
  table: string,
  work: (connection: FullConnection, dataset: Dataset) => Promise<T>,
): Promise<T | undefined> {
  for (let left = TRIES; ; left -= 1) {
    const outcome = await useSoundly(pool, async (connection) => {
      const dataset = await readDataset(connection, table);
      return dataset && work(connection, dataset);
    });
    if ("value" in outcome) return outcome.value;
    if (left <= 1 || !(outcome.error instanceof TableChangedError)) throw outcome.error;
  }
}

async function useSoundly<T>(
  pool: ConnectionPool,
  work: (connection: FullConnection) => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: Error }> {
  return pool.use(async (connection) => {
    try {
      return { value: await work(connection) };
    } catch (error) {
      const harmless = HARMLESS.find((each) => error instanceof each);
      if (harmless) return { error: error as Error };
      throw error;
    }
  });
}
