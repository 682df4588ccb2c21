import { quoted } from "../../mysql/quoted.ts";
import { alteredColumns, constraintsBetween, droppedKeys, stepOf } from "./alter-table.ts";
import type { Step } from "./change.ts";
import { type ForeignKey, type Schema, sameName, type Table } from "./schema.ts";

/** A foreign key and whose it is. */
export interface Added {
  readonly table: Table;
  readonly key: ForeignKey;
}

/** What becomes of the foreign keys. */
export interface ForeignKeyPlan {
  readonly drop: readonly Step[];
  readonly add: readonly Step[];
  /** Those that come and whose columns on both sides stay what they are: what is in them can be looked at before. */
  readonly asked: readonly Added[];
}

/**
 * Foreign keys that go, and those that come, in statements of their own: no server drops one and adds another of the
 * same name at once, and in a circle of tables none can be the last. Those that stay are taken away as long as what
 * they hold on to is altered.
 */
export function foreignKeyPlan(from: Schema, to: Schema): ForeignKeyPlan {
  const altered = new Map<string, readonly string[]>();
  for (const table of from.tables.values()) {
    const next = to.tables.get(table.name);
    if (!next) continue;
    const columns = droppedKeys(table, next).flatMap(({ columns }) => columns);
    altered.set(table.name, [...alteredColumns(table, next), ...columns]);
  }
  const touches = (table: string, columns: readonly string[]): boolean =>
    columns.some((name) => altered.get(table)?.some((other) => sameName(name, other)));
  const isTouched = (table: string, key: ForeignKey): boolean =>
    touches(table, key.columns) || touches(key.parent, key.parentColumns);

  const drop: Step[] = [];
  const add: Step[] = [];
  const asked: Added[] = [];
  for (const table of to.tables.values()) {
    const old = from.tables.get(table.name)?.foreignKeys ?? [];
    const { gone, come } = constraintsBetween(old, table.foreignKeys);
    const again = table.foreignKeys.filter((key) => !come.includes(key) && isTouched(table.name, key));
    const away = old.filter((key) => !gone.includes(key) && isTouched(table.name, key));
    push(
      drop,
      stepOf(
        table.name,
        [...gone, ...away].map(({ name }) => ({
          what: "drop foreign key",
          name,
          destructive: false,
          clause: `DROP FOREIGN KEY ${quoted(name)}`,
        })),
      ),
    );
    push(
      add,
      stepOf(
        table.name,
        [...come, ...again].map(({ ownName, definition }) => ({
          what: "add foreign key",
          ...(ownName === undefined ? {} : { name: ownName }),
          destructive: false,
          clause: `ADD ${ownName === undefined ? "" : `CONSTRAINT ${quoted(ownName)} `}${definition}`,
        })),
      ),
    );
    const stands = (name: string, columns: readonly string[]): boolean =>
      columns.every((column) => from.tables.get(name)?.columns.some((other) => sameName(other.name, column)));
    for (const key of come) {
      const parentFits = !from.tables.has(key.parent) || stands(key.parent, key.parentColumns);
      if (stands(table.name, key.columns) && parentFits && !isTouched(table.name, key))
        asked.push({ table, key });
    }
  }
  return { drop, add, asked };
}

function push(steps: Step[], step: Step | undefined): void {
  if (step) steps.push(step);
}
