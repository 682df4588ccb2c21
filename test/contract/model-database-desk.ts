import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import { onTestFinished } from "vitest";
import { secret } from "../../engine/define/setting.ts";
import type { Connect } from "../../engine/models/database/connections.ts";
import {
  type Applied,
  type Applying,
  type ModelPlace,
  type ModelServer,
  openModelServer,
} from "../../engine/models/database/server.ts";
import { newModelId } from "../../engine/models/model.ts";
import type { ModelStatement } from "../../engine/models/sql/statement.ts";
import { createSettings } from "../../engine/settings/settings.ts";

/** A model of a test's own on a real server; it goes with the test. */
export interface ModelDesk {
  readonly server: ModelServer;
  readonly place: ModelPlace;
  /** Uploads a file; what may lose data is allowed unless it is said otherwise. */
  apply(sql: string, how?: Partial<Applying>): Promise<Applied>;
  /** The same with another server's hands: see {@link openModelServer}. */
  applyBy(connect: Connect, sql: string): Promise<Applied>;
  /** What an upload does, in few words: "add column people.email", "add rows people (2)". */
  changes(sql: string, how?: Partial<Applying>): Promise<string[]>;
  /** Asks the administrator, in the model's database: rows as arrays. */
  sql(statement: string): Promise<unknown[][]>;
  /** All that the server says of the model's database, as text. */
  shown(): Promise<string>;
  /** A connection of a user that `putUser` made; it ends with the test. */
  as(name: string, password: string): Promise<mysql.Connection>;
  /** Makes a user of the model and comes in as that. */
  user(role: "job" | "reader", name?: string): Promise<mysql.Connection>;
}

/** Statements of a text without `;` and `--` in strings: as the grammar gives them, but unchecked. */
export function statementsOf(sql: string): readonly ModelStatement[] {
  const statements: ModelStatement[] = [];
  let line = 1;
  for (const part of sql.split(";")) {
    const text = part.trim();
    const at = line + part.slice(0, part.length - part.trimStart().length).split("\n").length - 1;
    line += part.split("\n").length - 1;
    if (text === "") continue;
    const [, verb = ""] = /^(\w+ (?:\w+ )*?)(?:INTO |IF )?[`\w]/i.exec(text) ?? [];
    const kind = (["create table", "alter table", "insert", "create view", "drop"] as const).find((kind) =>
      text.toLowerCase().startsWith(kind),
    );
    const [, name = ""] =
      /(?:TABLE|VIEW|INTO|ON)\s+(?:IF (?:NOT )?EXISTS\s+)?(`(?:[^`]|``)+`|\w+)/i.exec(text) ?? [];
    const plain = name.startsWith("`") ? name.slice(1, -1).replaceAll("``", "`") : name;
    statements.push({ kind: kind ?? (verb ? "create index" : "drop"), name: plain, text, line: at });
  }
  return statements;
}

/** Opens a model on a server. */
export async function openModelDesk(url: string): Promise<ModelDesk> {
  const model = newModelId();
  const place = { model, database: `bm_shop_${model}` };
  const settings = createSettings({ MYSQL_URL: url }, [secret("MYSQL_URL")]);
  const server = openModelServer(settings);
  const admin = await mysql.createConnection({ uri: url, timezone: "Z" });
  const { hostname, port } = new URL(url);
  onTestFinished(async () => {
    await server.drop(place);
    await server.close();
    await admin.end();
  });
  const rows = async (statement: string): Promise<unknown[][]> => {
    const [found] = await admin.query({ sql: statement, rowsAsArray: true });
    return found as unknown[][];
  };
  const every = { dryRun: false, allowDestructive: true };
  const desk: ModelDesk = {
    server,
    place,
    apply: (sql, how = {}) => server.apply(place, statementsOf(sql), { ...every, ...how }),
    async applyBy(connect, sql) {
      const other = openModelServer(settings, connect);
      try {
        return await other.apply(place, statementsOf(sql), every);
      } finally {
        await other.close();
      }
    },
    async changes(sql, how) {
      const { changes } = await desk.apply(sql, how);
      return changes.map(({ what, table, name, rows }) => {
        const about = name === undefined ? table : `${table}.${name}`;
        return `${what} ${about}${rows === undefined ? "" : ` (${rows})`}`;
      });
    },
    async sql(statement) {
      await admin.query(`USE \`${place.database}\``);
      return rows(statement);
    },
    async shown() {
      const parts: string[] = [];
      for (const [name, type] of await desk.sql("SHOW FULL TABLES")) {
        const kind = type === "VIEW" ? "VIEW" : "TABLE";
        const [[, text] = []] = await rows(`SHOW CREATE ${kind} \`${String(name).replaceAll("`", "``")}\``);
        parts.push(
          String(text)
            .replace(/ DEFINER=\S+/, "")
            .replace(/ AUTO_INCREMENT=\d+/, ""),
        );
        if (kind === "TABLE") {
          const data = await rows(`SELECT * FROM \`${String(name).replaceAll("`", "``")}\``);
          parts.push(
            data
              .map((row) => JSON.stringify(row))
              .toSorted()
              .join("\n"),
          );
        }
      }
      return parts.join("\n");
    },
    async as(user, password) {
      const connection = await mysql.createConnection({
        host: hostname,
        port: Number(port || 3306),
        user,
        password,
        database: place.database,
      });
      onTestFinished(() => connection.destroy());
      return connection;
    },
    async user(role, name = `bm_${model}_${role === "job" ? "job" : "read"}1`) {
      const password = randomBytes(18).toString("base64url");
      await server.putUser(place, { name, role, password });
      return desk.as(name, password);
    },
  };
  return desk;
}
