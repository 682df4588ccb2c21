import type { PersonalPaths } from "../../define/personal.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { ConnectionPool, FullConnection } from "../../mysql/pool.ts";
import type { RecordTable, TableRow } from "./record-tables.ts";
import { writeRows } from "./write-rows.ts";

/** The tables that a run fills, and for how long it may. */
export interface Filling {
  /** Where the values of an entity that are masked lie: all of it, where the app has no such document (any more). */
  personalOf(entity: string): PersonalPaths;
  /** Milliseconds since 1970: a run begins nothing more then. */
  readonly until: number;
  /** Throws once the run has to stop at once. */
  heed(): void;
  /** Writes rows: see {@link writeRows}. Throws as `heed` does, and a PermanentError where the server fails. */
  write(table: RecordTable, rows: readonly TableRow[]): Promise<void>;
  /** Lends a connection in a transaction; throws as `write` does. */
  transaction<T>(work: (connection: FullConnection) => Promise<T>): Promise<T>;
}

/** A filling through the connections of a model's job user. */
export function fillingOf(
  pool: ConnectionPool,
  { signal, ...rest }: Pick<Filling, "personalOf" | "until"> & { readonly signal: AbortSignal },
): Filling {
  const heeding = async <T>(work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PermanentError(`its database could not be filled: ${reason}`, { cause: error });
    }
  };
  return {
    ...rest,
    heed: () => signal.throwIfAborted(),
    write: (table, rows) => heeding(() => writeRows(pool, table, rows)),
    transaction: (work) => heeding(() => pool.transaction(work)),
  };
}
