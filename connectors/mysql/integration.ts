import {
  type DocumentDefinition,
  defineIntegration,
  type IntegrationDefinition,
  type IntegrationOptions,
  type Mapped,
  type Setting,
  secret,
} from "../../engine/define/index.ts";
import type { Columns } from "./columns.ts";
import { mysqlDestination } from "./destination.ts";
import type { TableKinds, TablesOptions } from "./table-options.ts";
import { IDENTIFIER, tableKinds, tableOf } from "./table.ts";

/** What every MySQL integration has. */
export interface MysqlOptions<D extends DocumentDefinition> extends IntegrationOptions<D> {
  /** The database, made if it is not there. Default: `caudal_` and the integration's name, `-` as `_`. */
  database?: string;
  /** The server: `mysql://user:password@host:port`, with `?ssl=true` for TLS. Default: the secret `MYSQL_URL`. */
  url?: Setting;
}

/** What a MySQL integration with one table is made of. */
export interface MysqlIntegrationOptions<D extends DocumentDefinition> extends MysqlOptions<D> {
  /** The table, made if it is not there; columns that it lacks are added, none is ever altered or dropped. */
  table: string;
  /**
   * Its columns beside `id`, `version` and `updated_at`, which every table has:
   * `({ text }) => ({ email: text(254, (c) => c.contact?.email) })`.
   */
  columns: Columns<Mapped<NoInfer<D>>>;
  tables?: never;
}

/** What a MySQL integration with several tables is made of. */
export interface MysqlTablesOptions<D extends DocumentDefinition> extends MysqlOptions<D> {
  /**
   * The tables, by name, made like a single one. The first is the main one, which stays first whatever is added:
   * `({ many }) => ({ people: { columns: … }, phones: many({ rows: (c) => c.phones, key: ["number"], columns: … }) })`.
   */
  tables: (kinds: TableKinds<NoInfer<D>>) => TablesOptions<NoInfer<D>>;
}

/**
 * Defines an integration with MySQL tables, one row an entity or many; a removed entity's rows go. All its tables move
 * to a version together. An older version never overwrites a newer one, however late it comes: the table
 * `_caudal_versions` of the same database keeps the version of each entity, tombstones included. Throws a TypeError on a
 * malformed name of the integration, database, a table or a column (`[a-z][a-z0-9_]*`, at most 63 characters), on a
 * column named like one that every table has, on a key that cannot be, and without a table.
 */
export function defineMysqlIntegration<D extends DocumentDefinition>(
  options: MysqlIntegrationOptions<D> | MysqlTablesOptions<D>,
): IntegrationDefinition {
  const { name, url = secret("MYSQL_URL") } = options;
  const database = options.database ?? `caudal_${name.replaceAll("-", "_")}`;
  const fail = (why: string, cause?: unknown): never => {
    throw new TypeError(`integration "${name}": ${why}`, { cause });
  };
  if (!IDENTIFIER.test(database)) fail(`the database "${database}" must be ${IDENTIFIER}`);
  if (options.tables && "table" in options) fail('name either a "table" or "tables"');
  const given =
    options.tables === undefined
      ? { [options.table]: { columns: options.columns } }
      : options.tables(tableKinds<D>());
  const [main, ...others] = Object.entries(given).map(([table, definition]) => {
    try {
      return tableOf(table, definition);
    } catch (error) {
      return fail(error instanceof Error ? error.message : String(error), error);
    }
  });
  if (!main) return fail("it has no table");
  return defineIntegration(options, mysqlDestination({ database, tables: [main, ...others], url }));
}
