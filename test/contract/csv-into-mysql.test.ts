import { Readable } from "node:stream";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cutFile } from "../../engine/datasets/csv/cut-file.ts";
import type { Delimiter } from "../../engine/datasets/csv/part.ts";
import { parsePart } from "../../engine/datasets/csv/parse-part.ts";
import { TABLE_OPTIONS } from "../../engine/datasets/system-tables.ts";
import { secret } from "../../engine/define/setting.ts";
import { type ConnectionPool, connectionPool, type Written } from "../../engine/mysql/pool.ts";
import { referenceRecords } from "../unit/datasets/csv/reference.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

const database = `csv_${process.pid}`;
const COLUMNS = ["a", "b", "c"];
let server: MysqlServer;
let pool: ConnectionPool;

beforeAll(async () => {
  server = await mysqlServer();
  pool = connectionPool(secret("MYSQL_URL"), server.url, {
    session: ["SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION'"],
  });
  await pool.use(async (connection) => {
    await connection.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    const columns = COLUMNS.map((name) => `${name} TEXT`).join(", ");
    await connection.query(
      `CREATE TABLE ${database}.cells (_row BIGINT UNSIGNED PRIMARY KEY, ${columns}) ${TABLE_OPTIONS}`,
    );
  });
});

afterAll(async () => {
  await pool?.use((connection) => connection.query(`DROP DATABASE ${database}`));
  await pool?.close();
  await server?.stop();
});

/** Loads a file whose header is a, b, c into an empty table; what the server says of it, and the rows that it then has. */
async function loaded(
  file: string,
  delimiter: Delimiter,
): Promise<{ written: Written; parsed: number; rows: (string | null)[][] }> {
  return pool.use(async (connection) => {
    await connection.query(`DELETE FROM ${database}.cells`);
    let parsed = 0;
    let written: Written = { rows: 0, warnings: 0 };
    for await (const piece of cutFile(Readable.from([Buffer.from(file)]), { delimiter, partBytes: 1_000 })) {
      if (piece.kind === "head") continue;
      const part = parsePart(piece, { columns: COLUMNS.length, delimiter });
      const { rows, warnings } = await connection.load(
        `LOAD DATA LOCAL INFILE 'part' INTO TABLE ${database}.cells CHARACTER SET utf8mb4
         FIELDS TERMINATED BY '${delimiter}' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n'`,
        () => Readable.from(part.lines),
      );
      parsed += part.rows;
      written = { rows: written.rows + rows, warnings: written.warnings + warnings };
    }
    const cells = COLUMNS.map((name) => `CAST(${name} AS BINARY) AS ${name}`).join(", ");
    const rows = await connection.query(`SELECT ${cells} FROM ${database}.cells ORDER BY _row`);
    const text = (value: unknown): string | null => (Buffer.isBuffer(value) ? value.toString("utf8") : null);
    return { written, parsed, rows: rows.map((row) => COLUMNS.map((name) => text(row[name]))) };
  });
}

/** What MySQL, or somebody who reads CSV, might take for something else. */
const TRAPS = [
  [
    "",
    "NULL",
    "null",
    "Null",
    "\\N",
    "\\",
    '\\"',
    "\\n",
    '"',
    '""',
    ",",
    ";",
    "\t",
    "\n",
    "\r",
    "\r\n",
    " ",
    "'",
    "`",
  ],
  ["NULL ", "\u001a", "\u0001", "\u{1f600}", "ñ", "\u2028", "\uffff", "\ufeff", "--", "0", "007", "a"],
].flat();
const trap = fc.constantFrom(...TRAPS);
const cell = fc.oneof(
  trap,
  fc.array(trap, { maxLength: 4 }).map((traps) => traps.join("")),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", "")),
);
const delimiters = fc.constantFrom<Delimiter[]>(",", ";", "\t");

/** A cell as a field: with quotes where it needs them, and where `quoted` wants them. */
function field(cell: string, quoted: boolean, delimiter: Delimiter): string {
  const needed = cell.includes(delimiter) || /["\r\n]/.test(cell);
  return needed || quoted ? `"${cell.replaceAll('"', '""')}"` : cell;
}

describe("what is parsed, MySQL reads alike", () => {
  it("every cell comes back byte for byte", async () => {
    const record = fc.record({
      cells: fc.tuple(cell, cell, cell),
      quoted: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      end: fc.constantFrom("\n", "\r\n", "\r"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 60 }),
        delimiters,
        async (records, delimiter) => {
          const lines = records.map(
            ({ cells, quoted, end }) =>
              cells.map((cell, n) => field(cell, quoted[n] ?? false, delimiter)).join(delimiter) + end,
          );
          const { written, rows } = await loaded(`a${delimiter}b${delimiter}c\n${lines.join("")}`, delimiter);
          expect(rows).toEqual(records.map(({ cells }) => cells));
          expect(written).toEqual({ rows: records.length, warnings: 0 });
        },
      ),
      { numRuns: 150 },
    );
  });

  it("of what is hardly CSV, the rows that are, without a warning", async () => {
    const piece = fc.oneof(cell, fc.constantFrom(",", ",", '"', "\n", "a,b,c\n", '"x","y\ny",\r\n'));
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 80 }), async (pieces) => {
        const file = `a,b,c\n${pieces.join("")}`;
        const { written, parsed, rows } = await loaded(file, ",");
        expect(written).toEqual({ rows: parsed, warnings: 0 });
        const records = referenceRecords(file, ",").slice(1);
        expect(rows).toEqual(records.flatMap(({ cells }) => (cells?.length === 3 ? [cells] : [])));
      }),
      { numRuns: 150 },
    );
  });

  it("also the longest cells that TEXT holds", async () => {
    const longest = ["x".repeat(65_535), '"'.repeat(65_535), `${"ñ".repeat(32_767)}\n`];
    const line = longest.map((cell) => field(cell, false, ",")).join(",");
    const { rows } = await loaded(`a,b,c\n${line}\n`, ",");
    expect(rows).toEqual([longest]);
  });
});
