import type { DatasetDatabase } from "../database.ts";
import { forgetKeys } from "../keys/forget.ts";
import { forgetDataset } from "../registry.ts";
import { markReplaced } from "./load-record.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { dropTables, makerOf } from "./staging.ts";

/** Forgets a dataset and drops its table. Done again after a crash, or of one that is not there, it is no error. */
export async function deleteDataset(datasets: DatasetDatabase, table: string): Promise<void> {
  const pool = await datasets.patientPool();
  await oneAtATime(datasets, table, async () => {
    await pool.transaction(async (connection) => {
      await forgetDataset(connection, table);
      await forgetKeys(connection, table);
      await markReplaced(connection, table);
    });
    // A table that outlives its dataset in a crash is seen by nobody, and goes with the next load of that name.
    await pool.use(async (connection) => {
      if (await makerOf(connection, table)) await dropTables(connection, table);
    });
  });
}
