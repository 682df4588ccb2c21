import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type Dataset, tableName } from "../dataset.ts";
import { OverTimeError, readFlavour, selectWithin } from "../query/bounded.ts";
import { keyColumnOf } from "./read-keys.ts";
import type { AskedShape } from "./asked-shape.ts";
import { type KnownColumns, readProfile } from "./read-profile.ts";

/** How long it may take to find the longest cells, in milliseconds. */
const LENGTHS_MS = 30_000;

/**
 * What an index for a shape has to know of its columns: their profile, or, while there is none, the lengths of the texts
 * that order; nothing where that takes too long.
 */
export async function readKnown(
  connection: Connection,
  dataset: Dataset,
  { sort }: AskedShape,
): Promise<KnownColumns> {
  const profile = await readProfile(connection, dataset);
  if (profile) return profile;
  const texts = sort
    .map(({ column }) => column)
    .filter((name) => keyColumnOf(dataset, name)?.kind === "text");
  if (texts.length === 0) return new Map();
  const longest = texts.map((name, at) => `COALESCE(MAX(CHAR_LENGTH(${quoted(name)})), 0) AS c${at}`);
  const text = `SELECT ${longest.join(", ")} FROM ${tableName(dataset.table)}`;
  try {
    const flavour = await readFlavour(connection);
    const [row] = await selectWithin(connection, { text, values: [] }, LENGTHS_MS, flavour);
    return new Map(texts.map((name, at) => [name, { longest: Number(row?.[`c${at}`]) }]));
  } catch (error) {
    if (error instanceof OverTimeError) return new Map();
    throw error;
  }
}
