import type { Snapshot } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Cell } from "./columns.ts";
import type { Table } from "./table.ts";

/** A row by column, without what every table has. */
export type Row = Readonly<Record<string, Cell>>;

/** Most rows of an entity in one table. */
const MOST = 1_000;

/**
 * The rows that a document has in a table; none for a removed entity. Throws a PermanentError that names the table
 * when they are more than 1,000, when a value does not fit its column, and when two have one key.
 */
export function rowsOf(table: Table, { id, key, version, data }: Snapshot): readonly Row[] {
  if (data === undefined) return [];
  const fail = (why: string, cause?: unknown): never => {
    throw new PermanentError(`the table ${table.name}${why}`, { request: { id, version }, cause });
  };
  const document = { ...data, id, key, version } as never;
  let given: readonly unknown[] = [];
  try {
    given = table.rows(document);
  } catch (error) {
    fail(`: ${messageOf(error)}`, error);
  }
  if (given.length > MOST) {
    fail(
      `: an entity may have ${MOST} rows in it, and this one has ${given.length}; keep fewer in its document`,
    );
  }
  const many = table.key.length > 0;
  const rows = given.map((row, index): Row => {
    const cells: Record<string, Cell> = {};
    for (const [name, column] of Object.entries(table.columns)) {
      try {
        cells[name] = column.cell(row as never, index + 1);
      } catch (error) {
        fail(`${many ? `, row ${index + 1}` : ""}, column ${name}: ${messageOf(error)}`, error);
      }
    }
    return cells;
  });
  const twice = many ? firstTwice(table, rows) : undefined;
  if (twice) fail(`: rows ${twice[0]} and ${twice[1]} have the same key (${table.key.join(", ")})`);
  return rows;
}

/** The places, from 1, of the first two rows with one key; MySQL would let the second replace the other silently. */
function firstTwice({ key }: Table, rows: readonly Row[]): readonly [number, number] | undefined {
  const seen = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    // To MySQL, spaces at the end make no difference.
    const own = JSON.stringify(key.map((part) => String(row[part]).replace(/ +$/, "")));
    const before = seen.get(own);
    if (before !== undefined) return [before, index + 1];
    seen.set(own, index + 1);
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
