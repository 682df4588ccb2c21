import { PermanentError } from "../../errors/permanent-error.ts";
import type { Connection } from "../../mysql/pool.ts";
import type { DatasetDatabase } from "../database.ts";
import { tableName } from "../dataset.ts";
import { giveWay } from "../keys/give-way.ts";
import { madeTable, oldTable, stagingTable } from "./names.ts";
import { dropTables, makerOf } from "./staging.ts";

/**
 * Puts the table `from`, which the run made, in the place of the dataset's in one step: whoever reads has the old one or
 * the new one. What is known of the dataset is written by `record` in a transaction that ends right behind that step,
 * where a crash between the two is seen by the run's id on the table. Throws a PermanentError where a table of that name
 * is none of ours.
 */
export async function swapIn(
  datasets: DatasetDatabase,
  { run, table, from }: { run: string; table: string; from: string },
  record: (connection: Connection) => Promise<void>,
): Promise<void> {
  const pool = await datasets.patientPool();
  await pool.transaction(async (recording) => {
    await record(recording);
    await pool.use(async (connection) => {
      const maker = await makerOf(connection, table);
      if (maker === run) return;
      if (maker === "") {
        throw new PermanentError(`the database has a table "${table}" that is no dataset; take another name`);
      }
      const away = maker === undefined ? "" : `${tableName(table)} TO ${tableName(oldTable(run))}, `;
      // It would wait for an index that is being made, and every reader behind it.
      if (maker !== undefined) await giveWay(connection, table);
      await connection.query(`RENAME TABLE ${away}${tableName(from)} TO ${tableName(table)}`);
    });
  });
}

/**
 * Takes back what a run swapped in and could not record, since it lost its connection in between: the table is the old
 * one again, or none. Nothing happens where it swapped nothing. To be called while nobody else changes the table.
 */
export async function swapBack(
  datasets: DatasetDatabase,
  { run, table }: { run: string; table: string },
): Promise<void> {
  const pool = await datasets.patientPool();
  await pool.use(async (connection) => {
    // First, so that a swap which still waits for its moment finds nothing to put in place.
    await dropTables(connection, stagingTable(run), madeTable(run));
    if ((await makerOf(connection, table)) !== run) return;
    const old = oldTable(run);
    const isThere = (await makerOf(connection, old)) !== undefined;
    const back = isThere ? `, ${tableName(old)} TO ${tableName(table)}` : "";
    await connection.query(`RENAME TABLE ${tableName(table)} TO ${tableName(stagingTable(run))}${back}`);
  });
}
