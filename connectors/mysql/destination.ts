import type { Attempt, AttemptContext, Destination, Setting, Snapshot } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { Batcher } from "./batcher.ts";
import type { Cell, Column } from "./columns.ts";
import { connectionPool, type ConnectionPool } from "./pool.ts";
import { prepareTable } from "./prepare.ts";
import { blame, verdictOf } from "./verdict.ts";
import { type RowChange, writeChanges } from "./write.ts";

/** A table that a destination keeps, with names that were checked. */
export interface TableShape {
  readonly database: string;
  readonly table: string;
  readonly columns: Readonly<Record<string, Column<never>>>;
}

/** What a MySQL destination consists of. */
export interface MysqlDestinationOptions extends TableShape {
  readonly url: Setting;
}

/**
 * A destination that keeps a table. Deliveries that come while a transaction runs share the next one, so that many
 * at once cost little more than one; each still succeeds or fails on its own.
 */
export function mysqlDestination(options: MysqlDestinationOptions): Destination {
  const { url, database, table } = options;
  let pool: ConnectionPool | undefined;
  const connect = ({ value }: AttemptContext): ConnectionPool => (pool ??= connectionPool(url, value(url)));
  const batcher = new Batcher<RowChange, boolean>({
    key: (change) => change.key,
    work: (changes) => {
      if (!pool) throw new TypeError("a batch without a pool");
      return pool.transaction((connection) => writeChanges(connection, options, changes));
    },
    blame,
  });

  return {
    settings: [url],
    guardsVersions: true,
    // One row of `_caudal_versions` an entity and table: a second integration would find its versions written already.
    target: `the table ${database}.${table} of ${url.name}`,
    async prepare(context) {
      try {
        await connect(context).use((connection) => prepareTable(connection, options));
      } catch (error) {
        throw verdictOf(error);
      }
    },
    async deliver(snapshot: Snapshot, context): Promise<Attempt> {
      const { key, id, version } = snapshot;
      const cells = cellsOf(options, snapshot);
      const request = {
        table: `${database}.${table}`,
        id,
        version,
        ...(cells ? { row: cells } : { removed: true }),
      };
      let written: boolean;
      try {
        connect(context);
        written = await batcher.add({ key, id, version, cells }, context.signal);
      } catch (error) {
        throw verdictOf(error, { request });
      }
      const reason = written ? {} : { reason: `version ${version} or a newer one stands already` };
      return { status: "delivered", ...reason, request };
    },
    async close() {
      const closing = pool;
      pool = undefined;
      await closing?.close();
    },
  };
}

/** The cells of a document's row, by column; undefined for a removed entity. Throws a PermanentError. */
function cellsOf(
  { columns }: TableShape,
  { id, key, version, data }: Snapshot,
): Record<string, Cell> | undefined {
  if (data === undefined) return undefined;
  const document = { ...data, id, key, version } as never;
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => {
      try {
        return [name, column.cell(document)];
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new PermanentError(`the column ${name}: ${why}`, { request: { id, version }, cause: error });
      }
    }),
  );
}
