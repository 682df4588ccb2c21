import { quoted } from "../../mysql/quoted.ts";
import type { Change, Step } from "./change.ts";
import { type Column, type Key, sameName, type Table } from "./schema.ts";
import { losesData } from "./widening.ts";

/** A change and its part of the ALTER TABLE. */
interface Clause extends Omit<Change, "sql" | "table"> {
  readonly clause: string;
}

/**
 * The one statement that makes a table what another is, foreign keys left out; undefined where it is already. A rename
 * cannot be told from a column that goes and another that comes.
 */
export function alterTable(from: Table, to: Table): Step | undefined {
  const clauses = [
    ...columnClauses(from, to),
    ...keyClauses(from, to),
    ...checkClauses(from, to),
    ...optionClauses(from, to),
  ];
  return stepOf(to.name, clauses);
}

/** One ALTER TABLE for some changes of a table. */
export function stepOf(table: string, clauses: readonly Clause[]): Step | undefined {
  if (clauses.length === 0) return undefined;
  const alter = `ALTER TABLE ${quoted(table)} `;
  return {
    table,
    sql: alter + clauses.map(({ clause }) => clause).join(", "),
    changes: clauses.map(({ clause, ...change }) => ({ ...change, table, sql: alter + clause })),
  };
}

/** Names of columns that do not stay what they are: those that go, and those that hold something else afterwards. */
export function alteredColumns(from: Table, to: Table): readonly string[] {
  return from.columns
    .filter((column) => {
      const next = to.columns.find(({ name }) => sameName(name, column.name));
      return (
        !next ||
        isRemade(column, next) ||
        next.type !== column.type ||
        next.collation !== column.collation ||
        next.nullable !== column.nullable
      );
    })
    .map(({ name }) => name);
}

/** Indexes that go, alone or to be made anew. */
export function droppedKeys(from: Table, to: Table): readonly Key[] {
  const remade = to.columns.filter((column) => {
    const old = from.columns.find(({ name }) => sameName(name, column.name));
    return old && isRemade(old, column);
  });
  return from.keys.filter(
    (key) =>
      !to.keys.some(({ definition }) => definition === key.definition) ||
      // What goes takes its place in an index with it.
      key.columns.some((name) => remade.some((column) => sameName(column.name, name))),
  );
}

/** No server makes a column generated, or another way generated, but by dropping it. */
function isRemade(from: Column, to: Column): boolean {
  return (from.generated || to.generated) && from.definition !== to.definition;
}

function columnClauses(from: Table, to: Table): Clause[] {
  const clauses: Clause[] = [];
  const standing = from.columns.filter((column) => {
    const next = to.columns.find(({ name }) => sameName(name, column.name));
    if (next && !isRemade(column, next)) return true;
    const destructive = !(column.generated && (!next || next.generated));
    clauses.push({
      what: "drop column",
      name: column.name,
      destructive,
      clause: `DROP COLUMN ${quoted(column.name)}`,
    });
    return false;
  });
  to.columns.forEach((column, at) => {
    const { name, definition } = column;
    const before = to.columns[at - 1];
    const place = before ? ` AFTER ${quoted(before.name)}` : " FIRST";
    const index = standing.findIndex((old) => sameName(old.name, name));
    const old = standing[index];
    if (!old) {
      standing.splice(at, 0, column);
      clauses.push({
        what: "add column",
        name,
        destructive: false,
        clause: `ADD COLUMN ${quoted(name)} ${definition}${at === standing.length - 1 ? "" : place}`,
      });
      return;
    }
    if (old.name === name && old.definition === definition && index === at) return;
    standing.splice(index, 1);
    standing.splice(at, 0, column);
    clauses.push({
      what:
        old.definition === definition
          ? old.name === name
            ? "move column"
            : "rename column"
          : "change column",
      name,
      destructive: losesData(old, column),
      clause: `CHANGE COLUMN ${quoted(old.name)} ${quoted(name)} ${definition}${index === at ? "" : place}`,
    });
  });
  return clauses;
}

function keyClauses(from: Table, to: Table): Clause[] {
  const dropped = droppedKeys(from, to);
  const kept = from.keys.filter((key) => !dropped.includes(key));
  const kind = (key: Key): string =>
    key.name === "PRIMARY" ? "primary key" : key.definition.startsWith("UNIQUE") ? "unique key" : "key";
  return [
    ...dropped.map((key) => ({
      what: `drop ${kind(key)}`,
      name: key.name,
      destructive: false,
      clause: key.name === "PRIMARY" ? "DROP PRIMARY KEY" : `DROP KEY ${quoted(key.name)}`,
    })),
    ...to.keys
      .filter((key) => !kept.some(({ definition }) => definition === key.definition))
      .map((key) => ({
        what: `add ${kind(key)}`,
        name: key.name,
        destructive: false,
        clause: `ADD ${key.definition}`,
      })),
  ];
}

function checkClauses(from: Table, to: Table): Clause[] {
  const { gone, come } = constraintsBetween(from.checks, to.checks);
  return [
    ...gone.map(({ name }) => ({
      what: "drop check",
      name,
      destructive: false,
      clause: `DROP CONSTRAINT ${quoted(name)}`,
    })),
    ...come.map(({ ownName, definition }) => ({
      what: "add check",
      ...(ownName === undefined ? {} : { name: ownName }),
      destructive: false,
      clause: `ADD ${ownName === undefined ? "" : `CONSTRAINT ${quoted(ownName)} `}${definition}`,
    })),
  ];
}

/** Constraints that go and that come. Those whose names the server made up are the same where they say the same. */
export function constraintsBetween<T extends { readonly ownName?: string; readonly definition: string }>(
  from: readonly T[],
  to: readonly T[],
): { readonly gone: readonly T[]; readonly come: readonly T[] } {
  const gone = [...from];
  const come = to.filter((next) => {
    const at = gone.findIndex(
      ({ ownName, definition }) => ownName === next.ownName && definition === next.definition,
    );
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
  return { gone, come };
}

/** What an option comes to when it is said no more; others are the server's own. */
const UNSAID: Readonly<Record<string, string>> = { COMMENT: "''", ROW_FORMAT: "DEFAULT" };

function optionClauses(from: Table, to: Table): Clause[] {
  const options = new Map(to.options);
  for (const name of from.options.keys()) {
    const unsaid = UNSAID[name];
    if (!options.has(name) && unsaid !== undefined) options.set(name, unsaid);
  }
  const changed = [...options].filter(([name, value]) => from.options.get(name) !== value);
  if (changed.length === 0) return [];
  // A collation belongs to a character set: they go together.
  const isText = (name: string): boolean => name === "DEFAULT CHARSET" || name === "COLLATE";
  const text = changed.some(([name]) => isText(name)) ? [...options].filter(([name]) => isText(name)) : [];
  return [...text, ...changed.filter(([name]) => !isText(name))].map(([name, value]) => ({
    what: "change option",
    name,
    destructive: false,
    clause: `${name}=${value}`,
  }));
}
