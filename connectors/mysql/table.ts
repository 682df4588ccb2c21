import type { DocumentDefinition, Mapped } from "../../engine/define/index.ts";
import { type Column, columnKinds, position } from "./columns.ts";
import type { ManyRows, OneRowOptions, TableKinds } from "./table-options.ts";

/** A table as the rest of this folder uses it, with names that were checked. */
export interface Table {
  readonly name: string;
  /** All but those that every table has. */
  readonly columns: Readonly<Record<string, Column<never>>>;
  /** Those of them that the primary key has beside `id`; none where an entity has one row at most. */
  readonly key: readonly string[];
  /** What the columns read, for each row of an entity. */
  readonly rows: (document: never) => readonly unknown[];
}

/** Names of databases, tables and columns; they go into SQL as they are, so nothing else is let through. */
export const IDENTIFIER = /^[a-z][a-z0-9_]{0,62}$/;
/** What the integration itself keeps in every row. */
const OWN = ["id", "version", "updated_at"];
/**
 * What a primary key may have beside `id` and its 120 bytes.
 * Source: https://dev.mysql.com/doc/refman/8.4/en/innodb-limits.html
 */
const KEY = { columns: 15, bytes: 3072 - 120 };

/** What `tables` is given, for documents of one kind. */
export function tableKinds<D extends DocumentDefinition>(): TableKinds<D> {
  return { many: ({ rows, key, columns }) => ({ rows, key, columns: columns(columnKinds) }) };
}

/** The table that a definition means. Throws a TypeError on a name or a key that cannot be. */
export function tableOf<D extends DocumentDefinition>(
  name: string,
  options: OneRowOptions<D> | ManyRows<D>,
): Table {
  if (!IDENTIFIER.test(name)) throw new TypeError(`the table "${name}" must be ${IDENTIFIER}`);
  const table = options.rows === undefined ? oneRow(name, options) : manyRows(name, options);
  for (const column of Object.keys(table.columns)) {
    if (!IDENTIFIER.test(column)) {
      throw new TypeError(`the column "${column}" of "${name}" must be ${IDENTIFIER}`);
    }
    if (OWN.includes(column)) throw new TypeError(`every table has a column "${column}" already`);
  }
  return table;
}

function oneRow<D extends DocumentDefinition>(
  name: string,
  { when = () => true, columns }: OneRowOptions<D>,
): Table {
  const rows = (document: Mapped<D>): readonly unknown[] => (when(document) ? [document] : []);
  return { name, rows, key: [], columns: columns(columnKinds) };
}

function manyRows<D extends DocumentDefinition>(name: string, { rows, key, columns }: ManyRows<D>): Table {
  if (key !== undefined) return { name, rows, key, columns: withKey(name, key, columns) };
  if ("position" in columns) {
    throw new TypeError(`the table "${name}" has a column "position" already where no key is named`);
  }
  return { name, rows, key: ["position"], columns: { position, ...columns } };
}

/** The columns, those of the key as a key has them: never without a value. */
function withKey(name: string, key: readonly string[], columns: Table["columns"]): Table["columns"] {
  if (key.length === 0 || key.length > KEY.columns || new Set(key).size < key.length) {
    throw new TypeError(`the key of "${name}" must name 1 to ${KEY.columns} columns, each once`);
  }
  let bytes = 0;
  const parts = key.map((part): [string, Column<never>] => {
    const column = columns[part];
    if (!column) throw new TypeError(`the key of "${name}" names "${part}", which is none of its columns`);
    const { asKey } = column;
    if (!asKey) throw new TypeError(`the key of "${name}" names "${part}", but no key takes ${column.type}`);
    bytes += asKey.bytes;
    return [part, { ...column, type: asKey.type, required: true, cell: keyCell(column) }];
  });
  if (bytes > KEY.bytes) {
    throw new TypeError(`the key of "${name}" has ${bytes} bytes, 4 a character, where ${KEY.bytes} fit`);
  }
  return { ...columns, ...Object.fromEntries(parts) };
}

function keyCell({ cell }: Column<never>): Column<never>["cell"] {
  return (row, at) => {
    const value = cell(row, at);
    if (value === null) throw new TypeError("is part of the key, and the row has no value for it");
    return value;
  };
}
