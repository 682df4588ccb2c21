import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ModelStatement } from "../../engine/models/sql/statement.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import { openModelDesk } from "./model-database-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

let mysql: MysqlServer;
beforeAll(async () => {
  mysql = await mysqlServer();
});
afterAll(() => mysql.stop());

const NAMES = [
  "tick`s",
  'it\'s "one"',
  "a,b (c)",
  "ünïcode ñ 数",
  "`; DROP TABLE x; --",
  "%_\\",
  "?",
  "KEY `x`",
  "select",
];

describe("names with any character", () => {
  it.each(NAMES)("as %s serve tables, columns, keys and constraints", async (name) => {
    const desk = await openModelDesk(mysql.url);
    const { server, place } = desk;
    const n = quoted(name);
    const other = quoted(`${name} 2`);
    const file = (more: string): readonly ModelStatement[] =>
      [
        `CREATE TABLE ${n} (${n} INT PRIMARY KEY, ${other} VARCHAR(10) COMMENT 'a ? in it', ${more}
         KEY ${n} (${other}), CONSTRAINT ${quoted(`${name} c`)} CHECK (${n} > 0))`,
        `CREATE TABLE ${other} (${n} INT, CONSTRAINT ${quoted(`${name} f`)} FOREIGN KEY (${n}) REFERENCES ${n} (${n}))`,
        `INSERT INTO ${n} (${n}) VALUES (1)`,
        `INSERT INTO ${other} VALUES (1)`,
        `CREATE VIEW ${quoted(`${name} v`)} AS SELECT ${n} FROM ${n}`,
      ].map((text, at) => ({ kind: "create table", name, text, line: at + 1 }));
    const how = { dryRun: false, allowDestructive: true };
    for (const more of ["", `${quoted(`${name} 3`)} BIGINT, UNIQUE KEY (${quoted(`${name} 3`)}),`, ""]) {
      await server.apply(place, file(more), how);
      expect(await server.apply(place, file(more), how)).toEqual({ applied: true, changes: [] });
    }
    expect(await desk.sql(`SELECT ${n} FROM ${quoted(`${name} v`)}`)).toEqual([[1]]);
    expect(await server.apply(place, [], how)).toMatchObject({ applied: true });
    expect(await desk.sql("SHOW TABLES")).toEqual([["_meta"]]);
  });
});
