import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { readDefinition } from "./definition.ts";
import type { Column, Schema, Table, View } from "./schema.ts";

/**
 * What the server says that the connection's database, of that name, is made of. In the words of one server two
 * databases can be compared; they differ between servers.
 */
export async function describeDatabase(connection: Connection, database: string): Promise<Schema> {
  const tables = new Map<string, Table>();
  const views = new Map<string, View>();
  const found = await connection.query(`SHOW FULL TABLES FROM ${quoted(database)}`);
  for (const row of found) {
    const [name = "", type] = Object.values(row).map(String);
    if (name.startsWith("_")) continue;
    if (type === "VIEW") views.set(name, await describeView(connection, database, name));
    else tables.set(name, await describeTable(connection, database, name));
  }
  return { tables, views };
}

async function describeTable(connection: Connection, database: string, name: string): Promise<Table> {
  const place = `${quoted(database)}.${quoted(name)}`;
  const [shown] = await connection.query(`SHOW CREATE TABLE ${place}`);
  const definition = readDefinition(name, String(shown?.["Create Table"]));
  const facts = await connection.query(`SHOW FULL COLUMNS FROM ${place}`);
  const columns = definition.columns.map(({ name, definition }): Column => {
    const fact = facts.find((fact) => fact["Field"] === name);
    if (!fact) throw new Error(`the server does not say what ${place}.${quoted(name)} is`);
    const type = String(fact["Type"]);
    const collation = typeof fact["Collation"] === "string" ? fact["Collation"] : null;
    return {
      name,
      definition: withCharacterSet(definition, type, collation),
      type,
      nullable: fact["Null"] === "YES",
      collation,
      generated: /\b(VIRTUAL|STORED) GENERATED/.test(String(fact["Extra"])),
    };
  });
  return { ...definition, columns };
}

/** A column that has its table's character set does not say so, and would be another in a table that has another. */
function withCharacterSet(definition: string, type: string, collation: string | null): string {
  if (collation === null || !definition.startsWith(type)) return definition;
  const behind = definition
    .slice(type.length)
    .replace(/^ CHARACTER SET \w+/, "")
    .replace(/^ COLLATE \w+/, "");
  const [set = ""] = collation.split("_");
  return `${type} CHARACTER SET ${set} COLLATE ${collation}${behind}`;
}

async function describeView(connection: Connection, database: string, name: string): Promise<View> {
  // Where all that it reads is in the connection's own database, the server leaves out the database's name.
  const [shown] = await connection.query(`SHOW CREATE VIEW ${quoted(database)}.${quoted(name)}`);
  const text = String(shown?.["Create View"]);
  const head = ` VIEW ${quoted(name)} `;
  const at = text.indexOf(head);
  const [, algorithm, security] =
    /^CREATE ALGORITHM=(\w+) .* SQL SECURITY (\w+)$/s.exec(text.slice(0, at)) ?? [];
  if (at < 0 || algorithm === undefined)
    throw new Error(`the server says what is not known of the view ${name}`);
  return { name, algorithm, invoker: security === "INVOKER", body: text.slice(at + head.length) };
}
