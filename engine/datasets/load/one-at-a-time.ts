import type { DatasetDatabase } from "../database.ts";

/** How long another's work on the table is waited for, in seconds. */
const WAIT_S = 10;

/**
 * Does `work` while nobody else changes the table, on whatever host: the lock goes with its connection, and has
 * a name that nobody else can know. Throws where it is not to be had.
 */
export async function oneAtATime<T>(
  datasets: DatasetDatabase,
  table: string,
  work: () => Promise<T>,
): Promise<T> {
  const pool = await datasets.patientPool();
  const name = datasets.lockName(table);
  return pool.use(async (connection) => {
    const [row] = await connection.query("SELECT GET_LOCK(?, ?) AS held", [name, WAIT_S]);
    if (Number(row?.["held"]) !== 1) throw new Error(`another host is at work on the table "${table}"`);
    try {
      return await work();
    } finally {
      // One that is lost is free. Where that cannot be said, the pool drops the connection, and the lock with it.
      await connection.query("DO RELEASE_LOCK(?)", [name]);
    }
  });
}
