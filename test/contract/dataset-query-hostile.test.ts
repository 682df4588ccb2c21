import { beforeAll, describe, expect, test } from "vitest";
import { DATASETS, tableName } from "../../engine/datasets/dataset.ts";
import { openDatasetDesk } from "./dataset-query-desk.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();

const COLUMNS = ["name", 'it\'s `odd`? "x" -- /*', "number"];
const ROWS = [
  ["a", "' OR 1=1 -- ", "1"],
  ["b", "\\", "2"],
  ["c", "%", "3"],
];

/** What is tried everywhere where text can be sent. */
const ATTACKS = [
  "' OR '1'='1",
  "' OR 1=1 -- ",
  "1; DROP TABLE prey; --",
  "`; DROP TABLE prey; --",
  "` = 1 OR 1=1 -- ",
  '" OR ""="',
  "\\' OR 1=1 -- ",
  "\\",
  "'",
  "`",
  "?",
  ":x",
  "x' UNION SELECT 1, definition, 3 FROM _datasets -- ",
  "1) OR (1=1",
  "(SELECT SLEEP(5))",
  "1 AND SLEEP(5)",
  "/*!50000 DROP TABLE prey */",
  "name,(SELECT 1)",
  "name`,(SELECT 1)",
  "name ASC; DROP TABLE prey",
  "_row",
  "_n3",
  "prey.name",
  "\u0000",
  "\u0000' OR 1=1 -- ",
  "\ud800",
  "\u00bf' OR 1=1 -- ",
  "%df%27 OR 1=1 -- ",
  "__proto__",
  "constructor",
  "0x27204f5220313d31",
  "*",
];

beforeAll(async () => {
  await tables.make("prey", { columns: COLUMNS, rows: ROWS, indexes: [["name"], ["number"]] });
});

/** Everything that the database has: tables, columns, indexes and rows. */
async function everything(): Promise<unknown> {
  return (await tables.database.pool()).use(async (connection) => [
    await connection.query(
      "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? ORDER BY 1, 2",
      [DATASETS],
    ),
    await connection.query(`SELECT * FROM ${tableName("prey")}`),
    await connection.query(`SELECT * FROM ${tableName("_datasets")}`),
  ]);
}

describe("injected SQL is text like any other", () => {
  test.each(ATTACKS)("%j", async (attack) => {
    const { get } = openDatasetDesk(tables);
    const before = await everything();
    const text = encodeURIComponent(attack.toWellFormed());
    expect((await get(`/api/${text}`)).status).toBe(404);
    for (const query of [
      `${text}=1`,
      text,
      `name=${text}:x`,
      `sort=${text}`,
      `sort=name:${text}`,
      `limit=${text}`,
      `limit=0,${text}`,
      `fields=${text}`,
      `cursor=${text}`,
      `cursor=${Buffer.from(attack).toString("base64url")}`,
    ]) {
      const { status, json } = await get(`/api/prey?${query}`);
      // A value that only looks like an operator is none.
      const isValue = query.startsWith("name=") && !/^[a-z]+:/.test(`${attack}:x`);
      expect({ query, status, data: json["data"] }).toEqual(
        isValue ? { query, status: 200, data: [] } : { query, status: 400, data: undefined },
      );
    }
    for (const column of COLUMNS) {
      for (const operator of ["eq", "like"]) {
        const { status, json } = await get(`/api/prey?${encodeURIComponent(column)}=${operator}:${text}`);
        expect(status).toBe(200);
        const place = COLUMNS.indexOf(column);
        const matches = ROWS.filter((row) => {
          const cell = row[place] ?? "";
          return operator === "like" ? cell.includes(attack.toWellFormed()) : cell === attack.toWellFormed();
        });
        expect(json["total"]).toBe(matches.length);
      }
    }
    expect(await everything()).toEqual(before);
  });
});

describe("more than anybody needs", () => {
  test("2,000 filters are refused in a short answer", async () => {
    const { get } = openDatasetDesk(tables);
    const { status, json } = await get(`/api/prey?${"name=neq:x&".repeat(2_000)}`);
    expect(status).toBe(400);
    expect(json["issues"]).toEqual([{ path: "name", message: "is one filter too many: at most 100" }]);
    const unknown = await get(`/api/prey?${Array.from({ length: 2_000 }, (_, at) => `x${at}=1`).join("&")}`);
    expect((unknown.json["issues"] as unknown[]).length).toBe(20);
  });

  test("100 filters, and values of 8 KB, are answered", async () => {
    const { get } = openDatasetDesk(tables);
    expect((await get(`/api/prey?${"name=neq:x&".repeat(100)}`)).json["total"]).toBe(3);
    const long = "x".repeat(8_192);
    for (const operator of ["eq", "like", "lt", "gte", "neq"]) {
      expect((await get(`/api/prey?name=${operator}:${long}`)).status).toBe(200);
    }
    expect((await get(`/api/prey?number=gt:${"9".repeat(8_192)}`)).status).toBe(400);
    expect(JSON.stringify((await get(`/api/prey?${long}=1`)).json).length).toBeLessThan(1_000);
  });

  test("odd percent signs are themselves", async () => {
    const { get } = openDatasetDesk(tables);
    expect((await get("/api/prey?name=%ZZ")).json["total"]).toBe(0);
    expect((await get(`/api/prey?${encodeURIComponent(COLUMNS[1] ?? "")}=%`)).json["total"]).toBe(1);
    expect((await get("/api/prey?name=%ff%fe%00")).json["total"]).toBe(0);
    expect((await get("/api/prey?name=like:%E2%82")).status).toBe(200);
  });
});
