import type { Check, ForeignKey, Key, Table } from "./schema.ts";

/** What a SHOW CREATE TABLE says; of columns only what stands behind their names. */
export interface Definition extends Omit<Table, "columns"> {
  readonly columns: readonly { readonly name: string; readonly definition: string }[];
}

const NAME = "`(?:[^`]|``)+`";
const NAMED = new RegExp(`^(${NAME})\\s*`, "s");
const KEY = new RegExp(`^(?:UNIQUE |FULLTEXT |SPATIAL )?KEY (${NAME})`, "s");
const CONSTRAINT = new RegExp(`^CONSTRAINT (${NAME}) (.*)$`, "s");
const OPTION = /(DEFAULT CHARSET|[A-Z_]+)=('(?:[^'\\]|''|\\.)*'|\S+)/gs;

/**
 * Reads what SHOW CREATE TABLE says of a table, in MySQL 8.4 or MariaDB 10.11. It says every part on its own, so that
 * each can go into an ALTER TABLE as it is.
 * Throws an Error for a part that no table of a model can have.
 * @see https://dev.mysql.com/doc/refman/8.4/en/show-create-table.html
 */
export function readDefinition(table: string, text: string): Definition {
  const { parts, rest } = partsOf(text);
  const columns: { name: string; definition: string }[] = [];
  const keys: Key[] = [];
  const checks: Check[] = [];
  const foreignKeys: ForeignKey[] = [];
  for (const part of parts) {
    const column = NAMED.exec(part);
    const constraint = CONSTRAINT.exec(part);
    if (column?.[1] !== undefined) {
      columns.push({ name: unquoted(column[1]), definition: part.slice(column[0].length) });
    } else if (constraint?.[1] !== undefined && constraint[2] !== undefined) {
      const name = unquoted(constraint[1]);
      const definition = constraint[2];
      const check = { name, definition, ...(isMadeUp(name, table) ? {} : { ownName: name }) };
      if (definition.startsWith("FOREIGN KEY ")) foreignKeys.push({ ...check, ...endsOf(definition) });
      else checks.push(check);
    } else {
      const name = part.startsWith("PRIMARY KEY ") ? "PRIMARY" : KEY.exec(part)?.[1];
      if (name === undefined) throw new Error(`${table} has a part that is not known: ${part}`);
      const behind = part.slice(part.indexOf("(", name === "PRIMARY" ? 0 : part.indexOf(name) + name.length));
      keys.push({
        name: name === "PRIMARY" ? name : unquoted(name),
        definition: part,
        columns: namesIn(behind),
      });
    }
  }
  const options = new Map<string, string>();
  for (const [, option = "", value = ""] of rest.matchAll(OPTION)) options.set(option, value);
  const counter = options.get("AUTO_INCREMENT");
  options.delete("AUTO_INCREMENT");
  return {
    name: table,
    columns,
    keys,
    checks,
    foreignKeys,
    options,
    ...(counter === undefined ? {} : { counter }),
  };
}

/** Names that MariaDB and MySQL make up: `CONSTRAINT_1`, `orders_chk_1`, `orders_ibfk_1`. */
function isMadeUp(name: string, table: string): boolean {
  return (
    /^CONSTRAINT_\d+$/.test(name) ||
    (name.startsWith(table) && /^_(ibfk|chk)_\d+$/.test(name.slice(table.length)))
  );
}

/** What a foreign key leads from and to. */
function endsOf(definition: string): Pick<ForeignKey, "columns" | "parent" | "parentColumns"> {
  const found = new RegExp(
    `^FOREIGN KEY (\\((?:${NAME}|, ?)+\\)) REFERENCES (${NAME}) (\\((?:${NAME}|, ?)+\\))`,
    "s",
  ).exec(definition);
  if (!found) throw new Error(`a foreign key leads out of the database: ${definition}`);
  const [, columns = "", parent = "", parentColumns = ""] = found;
  return { columns: namesIn(columns), parent: unquoted(parent), parentColumns: namesIn(parentColumns) };
}

/** The names in a list between brackets, up to where that ends. */
function namesIn(bracket: string): readonly string[] {
  const [inside = ""] = partsOf(bracket, "").parts;
  return Array.from(inside.matchAll(new RegExp(NAME, "gs")), ([name]) => unquoted(name));
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll("``", "`");
}

/** What stands in the first bracket of a text, divided at its commas unless told otherwise, and what stands behind it. */
function partsOf(text: string, divider = ","): { readonly parts: readonly string[]; readonly rest: string } {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  // A name, a text, or one character: nothing inside of the first two counts.
  for (const { 0: token, index } of text.matchAll(/`(?:[^`]|``)*`|'(?:[^'\\]|''|\\.)*'|[(),]/gs)) {
    if (token === "(" && ++depth === 1) from = index + 1;
    const ends = token === ")" && --depth === 0;
    if (ends || (token === divider && depth === 1)) {
      parts.push(text.slice(from, index).trim());
      from = index + 1;
    }
    if (ends) return { parts, rest: text.slice(index + 1) };
  }
  throw new Error(`brackets do not match: ${text}`);
}
