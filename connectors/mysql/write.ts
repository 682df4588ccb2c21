import type { Connection } from "../../engine/mysql/pool.ts";
import type { Row } from "./rows.ts";
import { keepVersions, lockVersions, type Tables } from "./versions.ts";
import { writeTable } from "./write-table.ts";

/** What one version means for the tables. */
export interface Change {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  /** The entity is gone: it has no rows, and none may come back with an older version. */
  readonly removed: boolean;
  /** To be written even if this very version stands, as its rows may be gone. */
  readonly again: boolean;
  /** For each table, in their order. */
  readonly rows: readonly (readonly Row[])[];
}

/**
 * Writes changes of different entities to all tables, inside a transaction. Says of each whether it was written; it is
 * not where a newer version stands, a removal included, or that very one, unless it is to be written again.
 */
export async function writeChanges(
  connection: Connection,
  tables: Tables,
  changes: readonly Change[],
): Promise<readonly boolean[]> {
  const standing = await lockVersions(
    connection,
    tables,
    changes.map(({ key }) => key),
  );
  const isDue = ({ key, version, again }: Change): boolean =>
    version > (standing.get(key) ?? 0) || (again && version === standing.get(key));
  // Rows are locked in one order too.
  const due = changes.filter(isDue).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (due.length > 0) {
    for (const [index, table] of tables.tables.entries()) {
      await writeTable(
        connection,
        { database: tables.database, table },
        due.map(({ id, version, again, rows }) => ({ id, version, again, rows: rows[index] ?? [] })),
      );
    }
    await keepVersions(connection, tables, due);
  }
  return changes.map(isDue);
}
