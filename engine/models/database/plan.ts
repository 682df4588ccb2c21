import { quoted } from "../../mysql/quoted.ts";
import { alterTable } from "./alter-table.ts";
import type { Change, Plan, Step } from "./change.ts";
import { foreignKeyPlan } from "./foreign-keys.ts";
import { list } from "./names.ts";
import type { Schema, Table, View } from "./schema.ts";

/**
 * What makes a database what another is: both as one server describes them. Of the views the new ones are in the order
 * of `to`; one that reads another may have to wait for it.
 */
export function planOf(from: Schema, to: Schema): Plan {
  const foreignKeys = foreignKeyPlan(from, to);
  const before: Step[] = [];
  for (const { name } of from.views.values()) {
    if (!to.views.has(name)) before.push(single("drop view", name, `DROP VIEW IF EXISTS ${quoted(name)}`));
  }
  before.push(...foreignKeys.drop);
  const gone = [...from.tables.keys()].filter((name) => !to.tables.has(name));
  if (gone.length > 0) {
    before.push({
      table: gone.join(", "),
      // Together, since they may hold on to each other.
      sql: `DROP TABLE IF EXISTS ${list(gone)}`,
      changes: gone.map((name) => change("drop table", name, `DROP TABLE ${quoted(name)}`, true)),
    });
  }
  for (const table of to.tables.values()) {
    const old = from.tables.get(table.name);
    const step = old ? alterTable(old, table) : single("create table", table.name, createTable(table));
    if (step) before.push(step);
  }
  const after = [...foreignKeys.add];
  for (const view of to.views.values()) {
    const old = from.views.get(view.name);
    if (old?.body === view.body && old.algorithm === view.algorithm && old.invoker) continue;
    after.push(single(old ? "change view" : "create view", view.name, createView(view)));
  }
  return { before, after };
}

/** All that a plan changes, with the rows that it adds, in the order in which it is done. */
export function changesOf({ before, after }: Plan, rows: readonly Change[]): readonly Change[] {
  const changes = (steps: readonly Step[]): Change[] => steps.flatMap(({ changes }) => changes);
  return [...changes(before), ...rows, ...changes(after)];
}

function createTable({ name, columns, keys, checks, options, counter }: Table): string {
  const parts = [
    ...columns.map((column) => `${quoted(column.name)} ${column.definition}`),
    ...keys.map(({ definition }) => definition),
    ...checks.map(({ ownName, definition }) =>
      ownName === undefined ? definition : `CONSTRAINT ${quoted(ownName)} ${definition}`,
    ),
  ];
  const tail = [...options, ...(counter === undefined ? [] : [["AUTO_INCREMENT", counter] as const])];
  return `CREATE TABLE ${quoted(name)} (\n  ${parts.join(",\n  ")}\n) ${tail.map((option) => option.join("=")).join(" ")}`;
}

/** With the rights of who asks, whatever the file says: so that none opens more than its reader has. */
function createView({ name, algorithm, body }: View): string {
  return `CREATE OR REPLACE ALGORITHM=${algorithm} SQL SECURITY INVOKER VIEW ${quoted(name)} ${body}`;
}

function single(what: string, table: string, sql: string): Step {
  return { table, sql, changes: [change(what, table, sql)] };
}

function change(what: string, table: string, sql: string, destructive = false): Change {
  return { what, table, destructive, sql };
}
