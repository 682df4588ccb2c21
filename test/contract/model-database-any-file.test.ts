import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openModelDesk } from "./model-database-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

let mysql: MysqlServer;
beforeAll(async () => {
  mysql = await mysqlServer();
});
afterAll(() => mysql.stop());

/** Names of columns, each with definitions that it may have; every table has the primary key `id` besides. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  a: ["INT", "BIGINT NOT NULL DEFAULT 3", "INT UNSIGNED COMMENT 'it''s `a`, (b)'", "VARCHAR(20)"],
  b: [
    "VARCHAR(30)",
    "varchar(30) CHARACTER SET latin1",
    "TEXT",
    "ENUM('x','y,z','it''s') NOT NULL DEFAULT 'x'",
  ],
  c: ["DECIMAL(8,2) DEFAULT 1.5", "DOUBLE", "INT CHECK (c > 0)", "TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP"],
  d: ["INT AS (id + 1) VIRTUAL", "INT AS (id + 1) STORED", "INT AS (id + 2) VIRTUAL", "INT"],
  e: ["JSON", "DATETIME(3)", "CHAR(4) COLLATE utf8mb4_bin"],
  T: ["TIME", "time(2) NOT NULL DEFAULT '10:00:00'"],
};
const KEYS = [
  "KEY k1 (id, d)",
  "UNIQUE KEY k1 (d)",
  "KEY k2 (c, id) COMMENT 'by `c`'",
  "KEY k1 (c)",
  "CHECK (id <> 7)",
  "CHECK (id <> 8)",
  "CONSTRAINT named CHECK (id <> 9 AND 'a,)' <> 'b')",
  "CONSTRAINT named CHECK (id <> 10)",
];
const OPTIONS = [
  "",
  "COMMENT 'two, (three)'",
  "DEFAULT CHARSET=latin1",
  "ROW_FORMAT=DYNAMIC",
  "COLLATE utf8mb4_bin",
];
const TABLES = ["one", "two", "three"];

interface AnyTable {
  readonly columns: readonly string[];
  readonly id: string;
  readonly keys: readonly string[];
  readonly option: string;
  readonly leadsTo: readonly { readonly to: string; readonly named: boolean; readonly on: string }[];
}

const anyTable: fc.Arbitrary<AnyTable> = fc.record({
  columns: fc
    .shuffledSubarray(Object.keys(COLUMNS))
    .chain((names) =>
      fc.tuple(
        ...names.map((name) => fc.constantFrom(...(COLUMNS[name] ?? [])).map((type) => `${name} ${type}`)),
      ),
    ),
  id: fc.constantFrom("INT", "BIGINT"),
  keys: fc.subarray(KEYS),
  option: fc.constantFrom(...OPTIONS),
  leadsTo: fc.array(
    fc.record({
      to: fc.constantFrom(...TABLES),
      named: fc.boolean(),
      on: fc.constantFrom("", " ON DELETE CASCADE"),
    }),
    { maxLength: 2 },
  ),
});

/** A file of some tables, and views of them, that a server takes. */
const anyFile = fc
  .record({
    tables: fc.dictionary(fc.constantFrom(...TABLES), anyTable),
    views: fc.subarray(TABLES),
    nested: fc.boolean(),
  })
  .map(({ tables, views, nested }) => {
    const names = Object.keys(tables);
    // All ids that lead to each other are alike.
    const id = Object.values(tables)[0]?.id ?? "INT";
    const creates = Object.entries(tables).map(([name, { columns, keys, option }]) => {
      const has = (column: string): boolean => columns.some((text) => text.startsWith(`${column} `));
      const seen = new Set<string>();
      const fitting = keys.filter((key) => {
        const named = /^(?:UNIQUE )?(?:KEY|CONSTRAINT) (\w+)/.exec(key)?.[1] ?? key;
        const isNew = !seen.has(named) && (!/\bd\)/.test(key) || has("d")) && (!/\(c/.test(key) || has("c"));
        if (isNew) seen.add(named);
        return isNew;
      });
      const parts = [...columns, `id ${id} NOT NULL PRIMARY KEY`, ...fitting];
      return `CREATE TABLE ${name} (${parts.join(", ")}) ${option}`;
    });
    const keys = Object.entries(tables).flatMap(([name, { leadsTo }]) =>
      leadsTo
        .filter(({ to }) => names.includes(to))
        .map(({ to, named, on }, at) => {
          const constraint = named ? `CONSTRAINT ${name}_leads_${at} ` : "";
          return `ALTER TABLE ${name} ADD ${constraint}FOREIGN KEY (id) REFERENCES ${to} (id)${on}`;
        }),
    );
    const seen = views.filter((name) => names.includes(name));
    const makes = seen.map(
      (name) => `CREATE VIEW see_${name} AS SELECT t.* FROM ${name} t WHERE id > 1 OR 'a' = 'b'`,
    );
    const [first] = seen;
    const over =
      nested && first ? [`CREATE VIEW all_of AS SELECT COUNT(*) n FROM see_${first} GROUP BY id`] : [];
    return [...creates, ...keys, ...makes, ...over].join(";\n");
  });

describe("any two files one after the other", () => {
  it("leave nothing to do for the second once it was uploaded", { timeout: 400_000 }, async () => {
    const desk = await openModelDesk(mysql.url);
    const done: string[] = [];
    await fc.assert(
      fc.asyncProperty(anyFile, async (file) => {
        done.push(file);
        await desk.apply(file).catch((error: unknown) => {
          throw new Error(`from\n${done.at(-2)}\nto\n${file}`, { cause: error });
        });
        const again = await desk.apply(file, { dryRun: true });
        expect(again.changes, `from\n${done.at(-2)}\nto\n${file}`).toEqual([]);
      }),
      {
        numRuns: Number(process.env["RUNS"] ?? 15),
        endOnFailure: true,
        ...(process.env["SEED"] ? { seed: Number(process.env["SEED"]) } : {}),
      },
    );
  });
});
