import type { DatabaseSync } from "node:sqlite";

/** Most bytes of messages that are still in use for which the file is written anew: that takes about a second. */
const MAX_IN_USE = 128 * 1024 * 1024;

/**
 * Lets go of what deleted messages left: pages that are free keep their bytes, and so does the log. Writes the file
 * anew without them, where there are any, and empties the log; a queue that is mostly empty has little to write. With
 * more than 128 MB in use, that waits until there is less.
 */
export function compact(database: DatabaseSync): void {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  const free = pragma("freelist_count");
  const inUse = (pragma("page_count") - free) * pragma("page_size");
  if (free > 0 && inUse <= MAX_IN_USE) database.exec("VACUUM");
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}
