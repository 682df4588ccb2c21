import type { Attempt, AttemptContext, Destination, Setting, Snapshot } from "../../engine/define/index.ts";
import { Batcher } from "./batcher.ts";
import { pastLocks } from "./locks.ts";
import { connectionPool, type ConnectionPool } from "../../engine/mysql/pool.ts";
import { prepareTables } from "./prepare.ts";
import { requestOf } from "./request.ts";
import { type Row, rowsOf } from "./rows.ts";
import { blame, verdictOf } from "./verdict.ts";
import type { Tables } from "./versions.ts";
import { type Change, writeChanges } from "./write.ts";

/** What a MySQL destination consists of. */
export interface MysqlDestinationOptions extends Tables {
  readonly url: Setting;
}

/**
 * A destination that keeps tables. Deliveries that come while a transaction runs share the next one, so that many at
 * once cost little more than one; each still succeeds or fails on its own.
 */
export function mysqlDestination(options: MysqlDestinationOptions): Destination {
  const { url, database, tables } = options;
  let pool: ConnectionPool | undefined;
  const connect = ({ value }: AttemptContext): ConnectionPool => (pool ??= connectionPool(url, value(url)));
  const batcher = new Batcher<Change, boolean>({
    key: (change) => change.key,
    work: (changes) =>
      pastLocks(changes.length === 1, async () => {
        if (!pool) throw new TypeError("a batch without a pool");
        return pool.transaction((connection) => writeChanges(connection, options, changes));
      }),
    blame,
  });

  return {
    settings: [url],
    guardsVersions: true,
    // A second integration would take the versions of the first for its own, and each delete rows of the other.
    target: tables.map(({ name }) => `the table ${database}.${name} of ${url.name}`),
    preview(snapshot: Snapshot) {
      if (snapshot.data === undefined) return { sends: { removed: true } };
      const rows = rowsIn(tables, snapshot).map((each, index) => [tables[index]?.name, each] as const);
      return { sends: { rows: Object.fromEntries(rows) } };
    },
    async prepare(context) {
      try {
        await connect(context).use((connection) => prepareTables(connection, options));
      } catch (error) {
        throw verdictOf(error);
      }
    },
    async deliver(snapshot: Snapshot, context): Promise<Attempt> {
      const { key, id, version, data, again } = snapshot;
      const change: Change = {
        key,
        id,
        version,
        removed: data === undefined,
        again: again !== undefined,
        rows: rowsIn(tables, snapshot),
      };
      const request = requestOf(options, change);
      let written: boolean;
      try {
        connect(context);
        written = await batcher.add(change, context.signal);
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

/** The rows of a snapshot, for each table in their order. */
function rowsIn(tables: Tables["tables"], snapshot: Snapshot): readonly (readonly Row[])[] {
  return tables.map((table) => rowsOf(table, snapshot));
}
