import { createConnection } from "mysql2/promise";
import { beforeAll, describe, expect, test } from "vitest";
import { DATASETS, tableName } from "../../engine/datasets/dataset.ts";
import { writeDataset } from "../../engine/datasets/registry.ts";
import type { Caller } from "../../functions/api/http.ts";
import { openDatasetDesk } from "./dataset-query-desk.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();

const COLUMNS = ["Name", "Sex", "Ticket", "Fare", "Boarded"];
const PASSENGERS = [
  ["Braund, Mr. Owen Harris", "male", "A/5 21171", "7.25", "1912-04-10"],
  ["Cumings, Mrs. John Bradley", "female", "PC 17599", "71.2833", "1912-04-10T17:00"],
  ["Heikkinen, Miss. Laina", "female", "STON/O2. 3101282", "7.925", "1912-04-09"],
  ["Braund, Mr. Lewis Richard", "male", "A/5 3460", "7.0458", "1912-04-10"],
  ["Braund, Mr. Austin", "male", "PC 2", "31.00", "1912-04-11"],
  ["Allen, Mr. William", "male", "373450", "", "1912-04-10"],
];

beforeAll(async () => {
  await tables.make("titanic", { columns: COLUMNS, rows: PASSENGERS, owner: "anna" });
});

const ask = async (query: string, options = {}): ReturnType<ReturnType<typeof openDatasetDesk>["get"]> =>
  openDatasetDesk(tables).get(`/api/titanic${query}`, options);

/** The names of a page, as short as they tell the rows apart. */
const names = (json: Readonly<Record<string, unknown>>): string[] =>
  (json["data"] as { Name: string }[]).map(({ Name }) => Name.replace(/,.*\. /, ", "));

describe("a page", () => {
  test("has the rows that all filters let pass, in the order that was asked for", async () => {
    const query = "?limit=0,2&sex=male&Name=like:Braund&Ticket=like:A&Fare=gt:7&sort=name:desc,Sex:asc";
    const { status, json } = await ask(query);
    expect(status).toBe(200);
    expect(json).toEqual({
      data: [
        {
          Name: "Braund, Mr. Owen Harris",
          Sex: "male",
          Ticket: "A/5 21171",
          Fare: "7.25",
          Boarded: "1912-04-10",
        },
        {
          Name: "Braund, Mr. Lewis Richard",
          Sex: "male",
          Ticket: "A/5 3460",
          Fare: "7.0458",
          Boarded: "1912-04-10",
        },
      ],
      total: 2,
      totalIs: "exact",
      offset: 0,
      limit: 2,
      next: null,
    });
  });

  test("is found with a slash behind the table, and the table in any case", async () => {
    const { get } = openDatasetDesk(tables);
    expect((await get("/api/titanic/?limit=1")).json["total"]).toBe(6);
    expect((await get("/api/TITANIC?limit=1")).json["total"]).toBe(6);
  });

  test("compares numbers as numbers, dates as dates, and shows cells as they were", async () => {
    expect(names((await ask("?fare=31&fields=Name")).json)).toEqual(["Braund, Austin"]);
    expect(names((await ask("?Fare=gt:7&Fare=lt:8&sort=Fare")).json)).toEqual([
      "Braund, Lewis Richard",
      "Braund, Owen Harris",
      "Heikkinen, Laina",
    ]);
    expect((await ask("?Boarded=gte:1912-04-10T12:00&sort=Boarded&fields=Boarded")).json["data"]).toEqual([
      { Boarded: "1912-04-10T17:00" },
      { Boarded: "1912-04-11" },
    ]);
  });

  test("has empty cells first in an ascending order, and last in a descending one", async () => {
    expect(names((await ask("?sort=fare")).json).at(0)).toBe("Allen, William");
    expect(names((await ask("?sort=fare:desc")).json).at(-1)).toBe("Allen, William");
    expect(names((await ask("?fare=null:true")).json)).toEqual(["Allen, William"]);
  });

  test("takes values of a list, with a comma in one, and the columns that were asked for", async () => {
    const list = encodeURIComponent("in:Braund\\, Mr. Austin,Allen\\, Mr. William");
    expect((await ask(`?Name=${list}&fields=ticket,FARE`)).json["data"]).toEqual([
      { Ticket: "PC 2", Fare: "31.00" },
      { Ticket: "373450", Fare: "" },
    ]);
  });

  test("shows 100 rows unless it is told", async () => {
    const rows = Array.from({ length: 130 }, (_, index) => [String(index)]);
    await tables.make("many", { columns: ["n"], rows });
    const { get } = openDatasetDesk(tables);
    expect((await get("/api/many")).json).toMatchObject({ total: 130, offset: 0, limit: 100 });
    expect((await get("/api/many?limit=20")).json).toMatchObject({ offset: 0, limit: 20 });
    const beyond = (await get("/api/many?limit=500,10")).json;
    expect(beyond).toMatchObject({ data: [], total: 130, offset: 500, next: null });
  });
});

describe("a query that makes no sense is refused with the place and the reason", () => {
  test.each([
    ["?nmae=x", "nmae", /no column "nmae"; did you mean "Name"/],
    ["?zzzzzz=x", "zzzzzz", /no column "zzzzzz"$/],
    ["?sort=nmae", "sort", /"nmae"; did you mean "Name"/],
    ["?fields=Name,Seks", "fields", /"Seks"; did you mean "Sex"/],
    ["?limit=x", "limit", /50, or 100,50/],
    ["?limit=1,2,3", "limit", /50, or 100,50/],
    ["?limit=-1", "limit", /50, or 100,50/],
    ["?limit=0", "limit", /1 to 1000/],
    ["?limit=1001", "limit", /1 to 1000/],
    ["?limit=1&limit=2", "limit", /twice/],
    ["?sort=name:up", "sort", /"up" is no direction/],
    ["?sort=", "sort", /must be columns/],
    ["?sort=name,NAME", "sort", /"Name" twice/],
    ["?fields=", "fields", /must be columns/],
    ["?Name=time:now", "Name", /"time:" is no operator .*write "eq:time:now"/],
    ["?Fare=gt:x", "Fare", /gt takes a number, not "x"/],
    ["?Boarded=lt:1912-13-01", "Boarded", /lt takes a date like/],
    ["?Fare=null:maybe", "Fare", /true or false/],
    ["?cursor=x", "cursor", /leave it out/],
    ["?cursor=", "cursor", /leave it out/],
  ])("%s", async (query, path, message) => {
    const { status, headers, json } = await ask(query);
    expect(status).toBe(400);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(json["issues"]).toEqual([{ path, message: expect.stringMatching(message) as string }]);
  });

  test("all faults at once", async () => {
    const { json } = await ask("?limit=x&sort=y&z=1&Name=nope:1");
    const paths = (json["issues"] as { path: string }[]).map(({ path }) => path);
    expect(paths.toSorted()).toEqual(["Name", "limit", "sort", "z"]);
  });

  test("characters that look like an operator are asked for with eq", async () => {
    expect((await ask("?Name=eq:time:now")).json).toMatchObject({ data: [], total: 0 });
  });
});

describe("a cursor", () => {
  test("leads through all rows, with the total and the place", async () => {
    const { get } = openDatasetDesk(tables);
    const seen: string[] = [];
    let next: string | null = null;
    let offset = 0;
    do {
      const cursor = next === null ? "" : `&cursor=${next}`;
      const { json } = await get(`/api/titanic?sort=fare:desc&limit=0,4${cursor}`);
      expect(json).toMatchObject({ total: 6, totalIs: "exact", offset });
      seen.push(...names(json));
      offset += 4;
      next = json["next"] as string | null;
    } while (next !== null);
    expect(seen).toEqual(names((await get("/api/titanic?sort=fare:desc")).json));
  });

  test("of another query, or of the dataset before it was loaded anew, is refused", async () => {
    const { get } = openDatasetDesk(tables);
    const { next } = (await get("/api/titanic?limit=1&sort=name")).json;
    const refused = async (query: string): Promise<unknown> => {
      const { status, json } = await get(`/api/titanic?${query}&cursor=${String(next)}`);
      return [status, (json["issues"] as { message: string }[] | undefined)?.[0]?.message];
    };
    expect(await refused("sort=name:desc")).toEqual([400, expect.stringMatching(/no page of this query/)]);
    expect(await refused("sort=name&sex=male")).toEqual([
      400,
      expect.stringMatching(/no page of this query/),
    ]);
    await tables.make("titanic", { columns: COLUMNS, rows: PASSENGERS, owner: "anna" });
    expect(await refused("sort=name")).toEqual([400, expect.stringMatching(/was loaded anew/)]);
  });

  test("whose row is gone, or that somebody wrote himself, is refused", async () => {
    const { get } = openDatasetDesk(tables);
    const { next } = (await get("/api/titanic?limit=1&sort=name")).json;
    const written = JSON.parse(Buffer.from(String(next), "base64url").toString()) as object;
    for (const change of [{ r: 99 }, { r: "1 OR 1=1" }, { r: -1 }, { o: 1.5 }, { extra: 1 }]) {
      const forged = Buffer.from(JSON.stringify({ ...written, ...change })).toString("base64url");
      expect((await get(`/api/titanic?limit=1&sort=name&cursor=${forged}`)).status).toBe(400);
    }
  });
});

describe("who may ask", () => {
  const subscriber = (name: string): Caller => ({ name, roles: ["subscriber"] });

  test("a subscriber asks its own datasets, and learns of no other", async () => {
    const { get } = openDatasetDesk(tables);
    for (const path of ["/api/titanic", "/api/v1/datasets/titanic"]) {
      expect((await get(path, { caller: subscriber("anna") })).status).toBe(200);
      const other = await get(path, { caller: subscriber("bert") });
      expect([other.status, other.json["detail"]]).toEqual([404, 'There is no dataset "titanic".']);
    }
    const list = await get("/api/v1/datasets", { caller: subscriber("bert") });
    expect(list.json).toEqual({ items: [], next: null });
  });

  test("there is no such table", async () => {
    const { get } = openDatasetDesk(tables);
    for (const table of ["nobody", "_datasets", "titanic%20", "mysql.user", "%60", "a".repeat(300)]) {
      expect((await get(`/api/${table}`)).status).toBe(404);
      expect((await get(`/api/v1/datasets/${table}`)).status).toBe(404);
    }
  });
});

describe("what is known of datasets", () => {
  test("is a list, and of each its columns, rows and indexes", async () => {
    await tables.make("known_ships", {
      columns: ["id", "built"],
      rows: [["1", "1912-01-01"]],
      indexes: [["built"]],
    });
    const { get } = openDatasetDesk(tables);
    const { json } = await get("/api/v1/datasets/known_ships");
    expect(json).toMatchObject({
      table: "known_ships",
      owner: "operator",
      rows: 1,
      columns: [
        { name: "id", header: "id", kind: "number", filled: 1 },
        { name: "built", header: "built", kind: "date", filled: 1 },
      ],
      indexes: [{ columns: ["built"] }],
    });
    const first = (await get("/api/v1/datasets?limit=1")).json;
    const second = (await get(`/api/v1/datasets?limit=1&cursor=${String(first["next"])}`)).json;
    const [one, other] = [first, second].map(
      (page) => (page["items"] as { table: string }[])[0]?.table ?? "",
    );
    expect((one ?? "") < (other ?? "")).toBe(true);
  });
});

describe("rows as a file", () => {
  test("are CSV with all rows that match, or so many as are asked for", async () => {
    const csv = await ask("?sex=female&fields=Name,Fare", { accept: "text/csv" });
    expect(csv.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(csv.text).toBe(
      'Name,Fare\r\n"Cumings, Mrs. John Bradley",71.2833\r\n"Heikkinen, Miss. Laina",7.925\r\n',
    );
    const some = await ask("?sort=fare:desc&limit=1,1&fields=Fare", { accept: "text/csv" });
    expect(some.text).toBe("Fare\r\n31.00\r\n");
  });

  test("are JSON lines", async () => {
    const { headers, text } = await ask("?sort=name&fields=Sex&limit=2", { accept: "application/x-ndjson" });
    expect(headers["x-total"]).toBe("6");
    expect(text).toBe('{"Sex":"male"}\n{"Sex":"male"}\n');
  });

  test("are refused as a page is, and in no other format", async () => {
    expect((await ask("?nobody=1", { accept: "text/csv" })).status).toBe(400);
    expect((await ask("?cursor=x", { accept: "text/csv" })).status).toBe(400);
    expect((await ask("", { accept: "image/png" })).status).toBe(406);
  });

  test("are more than one batch", async () => {
    const rows = Array.from({ length: 12_000 }, (_, index) => [String(index), String(index % 7)]);
    await tables.make("long_file", { columns: ["n", "week"], rows });
    const { get } = openDatasetDesk(tables);
    for (const query of ["", "?sort=week", "?week=in:0,1,2,3,4,5,6"]) {
      const { text } = await get(`/api/long_file${query}`, { accept: "text/csv" });
      const lines = text.trimEnd().split("\r\n").slice(1);
      const expected = rows.map((row) => row.join(","));
      if (query === "?sort=week") expected.sort((one, other) => Number(one.at(-1)) - Number(other.at(-1)));
      expect(lines).toEqual(expected);
    }
  });
});

test("an index that went away does not fail a query, nor does a table that was replaced", async () => {
  const rows = [["b"], ["a"], ["b"]];
  await tables.make("changing", { columns: ["t"], rows, indexes: [["t"]] });
  const { get } = openDatasetDesk(tables);
  const { dataset } = await tables.make("changing", { columns: ["t"], rows, indexes: [["t"]] });
  expect((await get("/api/changing?t=b&sort=t")).json).toMatchObject({ total: 2 });
  // As the system drops one; the version stays.
  await (
    await tables.database.pool()
  ).use(async (connection) => {
    await connection.query(`ALTER TABLE ${tableName("changing")} DROP INDEX _k_0, DROP COLUMN _t1`);
  });
  expect((await get("/api/changing?t=b&sort=t")).json).toMatchObject({ total: 2 });
  // As in the middle of a load: the table is there, the registry comes after.
  await (
    await tables.database.pool()
  ).use(async (connection) => {
    await connection.query(`ALTER TABLE ${tableName("changing")} CHANGE t u TEXT NOT NULL`);
  });
  const { status, headers } = await get("/api/changing?t=b");
  expect([status, headers["retry-after"]]).toEqual([503, "1"]);
  const columns = [{ name: "u", header: "u", cells: { filled: 3, numbers: 0, dates: 0, codes: 0 } }];
  await (
    await tables.database.pool()
  ).use((connection) => writeDataset(connection, { ...dataset, columns, version: "another" }));
  expect((await get("/api/changing?u=b")).json).toMatchObject({ total: 2 });
});

test("a query that takes too long is answered 503, and the second time an index is made for it", async () => {
  const rows = Array.from({ length: 1_500 }, (_, index) => [String(index)]);
  await tables.make("slow", { columns: ["n"], rows });
  const { get, ports } = openDatasetDesk(tables);
  const connection = await createConnection(`${tables.url}/${DATASETS}`);
  try {
    // Nothing else makes a query wait for as long as a test likes.
    await connection.query("LOCK TABLES slow WRITE");
    const first = await get("/api/slow?n=7&sort=n");
    expect([first.status, first.headers["retry-after"]]).toEqual([503, "30"]);
    expect(first.json["detail"]).toMatch(/longer than 5 seconds: it is not indexed yet. Try/);
    const second = await get("/api/slow?n=8&sort=n");
    expect(second.json["detail"]).toMatch(/An index for it is being made now/);
  } finally {
    await connection.end();
  }
  expect(ports.sent("runs").map(({ body }) => body)).toEqual([
    expect.objectContaining({ kind: "index", name: "slow" }),
  ]);
  expect((await get("/api/slow?n=7&sort=n")).json).toMatchObject({ total: 1 });
});
