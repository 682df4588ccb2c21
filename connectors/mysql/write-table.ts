import type { Cell } from "./columns.ts";
import type { Connection } from "../../engine/mysql/pool.ts";
import type { Row } from "./rows.ts";
import type { Table } from "./table.ts";

/** What one version means for one table. */
export interface TableChange {
  readonly id: string;
  readonly version: number;
  /** Rows that bear this very version may be of another making. */
  readonly again: boolean;
  /** All rows that the entity has now. */
  readonly rows: readonly Row[];
}

/** A table in its database. */
export interface TablePlace {
  readonly database: string;
  readonly table: Table;
}

/** A row with what every table has; `updated_at` is the server's affair. */
interface FullRow {
  readonly id: string;
  readonly version: number;
  readonly row: Row;
}

/**
 * How much a statement holds, in bytes of its values. Quoting may double them, and what MariaDB takes unless told
 * otherwise is 16 MB (MySQL: 64 MB). A row that is larger goes alone.
 */
const STATEMENT_BYTES = 4 * 1024 * 1024;

/**
 * Makes the rows of these entities what they are now. A few statements for all of them together, none of which looks
 * at a row of another entity.
 */
export async function writeTable(
  connection: Connection,
  place: TablePlace,
  changes: readonly TableChange[],
): Promise<void> {
  const { database, table } = place;
  const name = `\`${database}\`.\`${table.name}\``;
  // First what goes, so that a value that may be there once only is free for the row that it moves to.
  const gone = changes.filter(({ rows }) => rows.length === 0).map(({ id }) => id);
  if (gone.length > 0) await connection.query(`DELETE FROM ${name} WHERE \`id\` IN (?)`, [gone]);

  const kept = changes.filter(({ rows }) => rows.length > 0);
  if (kept.length === 0) return;
  const many = table.key.length > 0;
  const again = many ? kept.filter((change) => change.again).map(({ id }) => id) : [];
  // Of the rows with this very version, those that it no longer has could not be told from the others below.
  if (again.length > 0)
    await connection.query(`UPDATE ${name} SET \`version\` = 0 WHERE \`id\` IN (?)`, [again]);

  const rows = kept.flatMap(({ id, version, rows: own }) => own.map((row) => ({ id, version, row })));
  for (const some of bySize(rows)) await upsert(connection, place, some);

  // All that an entity has now bears its version: what does not, it has no longer.
  if (many) {
    await connection.query(
      `DELETE FROM ${name} WHERE ${kept.map(() => "(`id` = ? AND `version` <> ?)").join(" OR ")}`,
      kept.flatMap(({ id, version }) => [id, version]),
    );
  }
}

async function upsert(
  connection: Connection,
  { database, table }: TablePlace,
  rows: readonly FullRow[],
): Promise<void> {
  const names = Object.keys(table.columns);
  const own = ["version", "updated_at", ...names];
  const key = ["id", ...table.key];
  const same = key.map((column) => `${quote(column)} = VALUES(${quote(column)})`).join(" AND ");
  const updates = own
    .filter((column) => !key.includes(column))
    .map((column) => `${quote(column)} = VALUES(${quote(column)})`);
  const row = `(?, ?, UTC_TIMESTAMP(3)${", ?".repeat(names.length)})`;
  // VALUES() is deprecated in MySQL, but what MySQL has instead, MariaDB has not. The clause answers to every unique
  // key that somebody gave the table: where that is not the primary one, it would alter another row. Then the id
  // becomes NULL, which it cannot, and the statement fails.
  await connection.query(
    `INSERT INTO \`${database}\`.\`${table.name}\` (${["id", ...own].map(quote).join(", ")}) ` +
      `VALUES ${rows.map(() => row).join(", ")} ` +
      `ON DUPLICATE KEY UPDATE \`id\` = IF(${same}, \`id\`, NULL), ${updates.join(", ")}`,
    rows.flatMap(({ id, version, row: cells }) => [id, version, ...names.map((name) => cells[name] ?? null)]),
  );
}

/** Rows in groups of which each fits a statement. */
function bySize(rows: readonly FullRow[]): FullRow[][] {
  const groups: FullRow[][] = [];
  let left = 0;
  for (const row of rows) {
    const size = sizeOf(row);
    if (size > left) {
      groups.push([]);
      left = STATEMENT_BYTES;
    }
    groups.at(-1)?.push(row);
    left -= size;
  }
  return groups;
}

function sizeOf({ id, row }: FullRow): number {
  const cell = (value: Cell): number => (typeof value === "string" ? Buffer.byteLength(value) : 8);
  // Commas, quotes and the call of a function: 64 bytes, and 4 a cell.
  return Object.values(row).reduce((sum: number, value) => sum + cell(value) + 4, id.length + 64);
}

function quote(name: string): string {
  return `\`${name}\``;
}
