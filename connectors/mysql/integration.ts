import {
  type DocumentDefinition,
  defineIntegration,
  type IntegrationDefinition,
  type IntegrationOptions,
  type Mapped,
  type Setting,
  secret,
} from "../../engine/define/index.ts";
import { type Column, type ColumnKinds, columnKinds } from "./columns.ts";
import { mysqlDestination } from "./destination.ts";

/** What a MySQL integration is made of. */
export interface MysqlIntegrationOptions<D extends DocumentDefinition> extends IntegrationOptions<D> {
  /** The database, made if it is not there. Default: `caudal_` and the integration's name, `-` as `_`. */
  database?: string;
  /** The table, made if it is not there; columns that it lacks are added, none is ever altered or dropped. */
  table: string;
  /**
   * Its columns beside `id`, `version` and `updated_at`, which every table has:
   * `({ text }) => ({ email: text(254, (c) => c.contact?.email) })`.
   */
  columns: (kinds: ColumnKinds<Mapped<NoInfer<D>>>) => Readonly<Record<string, Column<Mapped<NoInfer<D>>>>>;
  /** The server: `mysql://user:password@host:port`, with `?ssl=true` for TLS. Default: the secret `MYSQL_URL`. */
  url?: Setting;
}

/** Names of databases, tables and columns; they go into SQL as they are, so nothing else is let through. */
const IDENTIFIER = /^[a-z][a-z0-9_]{0,62}$/;
/** What the integration itself keeps in every row. */
const OWN = ["id", "version", "updated_at"];

/**
 * Defines an integration with a MySQL table, one row an entity; a removed entity's row goes. An older version never
 * overwrites a newer one, however late it comes: the table `_caudal_versions` of the same database keeps the version
 * of each, tombstones included. Throws a TypeError on a malformed name of the integration, database, table or a
 * column (`[a-z][a-z0-9_]*`, at most 63 characters), and on a column named like one that every table has.
 */
export function defineMysqlIntegration<D extends DocumentDefinition>(
  options: MysqlIntegrationOptions<D>,
): IntegrationDefinition {
  const { name, table, url = secret("MYSQL_URL") } = options;
  const columns = options.columns(columnKinds);
  const database = options.database ?? `caudal_${name.replaceAll("-", "_")}`;
  for (const [what, identifier] of [
    ["database", database],
    ["table", table],
    ...Object.keys(columns).map((column) => ["column", column] as const),
  ] as const) {
    if (!IDENTIFIER.test(identifier)) {
      throw new TypeError(`integration "${name}": the ${what} "${identifier}" must be ${IDENTIFIER}`);
    }
    if (what === "column" && OWN.includes(identifier)) {
      throw new TypeError(`integration "${name}": every table has a column "${identifier}" already`);
    }
  }
  return defineIntegration(options, mysqlDestination({ database, table, columns, url }));
}
