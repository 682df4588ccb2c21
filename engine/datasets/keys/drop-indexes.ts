import type { Connection } from "../../mysql/pool.ts";
import type { Dataset } from "../dataset.ts";
import { readDataset } from "../registry.ts";
import { dropIndex } from "./alter.ts";
import { KEPT_DAYS, markDropped, readIdleSeconds } from "./asked.ts";
import { MOST_INDEXES } from "./note-asked.ts";
import { readKeys } from "./read-keys.ts";

const DAY_SECONDS = 86_400;

/** Drops indexes until there is room for another, the least lately used first; their names. */
export async function makeRoom(connection: Connection, dataset: Dataset): Promise<readonly string[]> {
  const idle = await idleIndexes(connection, dataset);
  const gone = idle.slice(0, Math.max(0, idle.length - MOST_INDEXES + 1)).map(({ name }) => name);
  await dropAll(connection, dataset.table, gone);
  return gone;
}

/** Drops indexes that were of no use for 30 days, or that nobody asked for; their names. None where there is no such table. */
export async function dropUnused(connection: Connection, table: string): Promise<readonly string[]> {
  const dataset = await readDataset(connection, table);
  if (!dataset) return [];
  const idle = await idleIndexes(connection, dataset);
  const gone = idle.filter(({ seconds }) => seconds > KEPT_DAYS * DAY_SECONDS).map(({ name }) => name);
  await dropAll(connection, table, gone);
  return gone;
}

/** The indexes of a table with how long ago they were of use, the longest first. */
async function idleIndexes(
  connection: Connection,
  dataset: Dataset,
): Promise<readonly { readonly name: string; readonly seconds: number }[]> {
  const [{ indexes }, idle] = [
    await readKeys(connection, dataset),
    await readIdleSeconds(connection, dataset.table),
  ];
  return indexes
    .map(({ name }) => ({ name, seconds: idle.get(name) ?? Infinity }))
    .toSorted((one, other) => (one.seconds === other.seconds ? 0 : other.seconds - one.seconds));
}

async function dropAll(connection: Connection, table: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await dropIndex(connection, table, name);
    await markDropped(connection, table, name);
  }
}
