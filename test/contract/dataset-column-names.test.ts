import mysql, { type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, expect, test } from "vitest";
import { columnNamesOf } from "../../engine/datasets/file/names/column-names.ts";
import { foldedName } from "../../engine/datasets/file/names/folded.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

const DATABASE = "caudal_test_column_names";

let server: MysqlServer;
let connection: Connection;

beforeAll(async () => {
  server = await mysqlServer();
  connection = await mysql.createConnection({ uri: server.url });
  await connection.query(`DROP DATABASE IF EXISTS ${DATABASE}`);
  await connection.query(`CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4`);
  await connection.query(`USE ${DATABASE}`);
});

afterAll(async () => {
  await connection.query(`DROP DATABASE ${DATABASE}`);
  await connection.end();
  await server.stop();
});

/** Makes a table of these columns, and says how they are called in it. */
async function columnsOfTable(names: readonly string[]): Promise<readonly string[]> {
  await connection.query("DROP TABLE IF EXISTS t");
  await connection.query(`CREATE TABLE t (${names.map((name) => `${quoted(name)} TEXT`).join(", ")})`);
  const [rows] = await connection.query<RowDataPacket[]>(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? ORDER BY ordinal_position",
    [DATABASE],
  );
  return rows.map((row) => String(row["name"]));
}

test("the server takes two names for one where they fold to the same, and nowhere else", async () => {
  for (const [a, b, same] of [
    ["Año", "aÑO", true],
    ["İ", "i", true],
    ["\u212a", "k", true],
    ["ΑΣ", "ασ", true],
    ["año", "ano", false],
    ["ß", "ss", false],
    ["ı", "i", false],
    ["σ", "ς", false],
    ["ﬁ", "fi", false],
    ["x\u200b", "x", false],
  ] as const) {
    expect(foldedName(a) === foldedName(b)).toBe(same);
    // Beyond some columns the server looks names up in another way.
    for (const more of [0, 60]) {
      const names = [a, b, ...Array.from({ length: more }, (_, i) => `f${i}`)];
      const outcome = await columnsOfTable(names).then(
        () => "taken",
        (error: Error) => error.message.split("'")[0],
      );
      expect(outcome).toBe(same ? "Duplicate column name " : "taken");
    }
  }
});

test("no two characters are one to the server that do not fold to one", async () => {
  const all = Array.from({ length: 0xffff }, (_, i) => String.fromCharCode(i + 1)).filter((c) =>
    c.isWellFormed(),
  );
  const parted: string[] = [];
  const foldOf = new Map<string, string>();
  for (let at = 0; at < all.length; at += 5000) {
    const some = all.slice(at, at + 5000);
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT LOWER(CONVERT(? USING utf8mb3) COLLATE utf8mb3_general_ci) AS lower",
      [some.join("")],
    );
    const lower = String(rows[0]?.["lower"]);
    expect(lower).toHaveLength(some.length);
    for (const [i, character] of some.entries()) {
      const fold = foldedName(character);
      const known = foldOf.get(lower.charAt(i)) ?? fold;
      foldOf.set(lower.charAt(i), known);
      if (known !== fold) parted.push(character);
    }
  }
  expect(parted).toEqual([]);
});

test("names made from the worst of headers are taken by the server, and stay as they are", async () => {
  const worst = [
    "",
    " ",
    "a`b",
    "a\0b",
    "a\nb",
    "a\\b",
    "'",
    '"',
    "?",
    "-- x",
    "/* x",
    "; DROP TABLE t",
    "a.b",
    "%",
    "1",
    "1e5",
    "select",
    "👍",
    "x👍 ",
    "\ufffd",
    "\uffff",
    "\u202edlrow",
    "_row",
    "limit",
    "İ",
    "i",
    "I",
    "é",
    "e\u0301",
    "a ".repeat(40),
    "ñ".repeat(70),
    "ñ".repeat(71),
  ];
  const { names } = columnNamesOf([...worst, ...worst]);
  expect(await columnsOfTable(names)).toEqual(names);
  for (const name of names) {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT ${quoted(name)}, ? AS _v FROM t WHERE ${quoted(name)} = ?`,
      ["one", "two"],
    );
    expect(rows).toEqual([]);
  }
});
