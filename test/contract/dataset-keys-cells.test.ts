import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classOf, DATE, NUMBER } from "../../engine/datasets/csv/classify.ts";
import { tableName } from "../../engine/datasets/dataset.ts";
import {
  keyColumnDefinition,
  keyColumnName,
  keyExpression,
  operandOf,
} from "../../engine/datasets/keys/key-column.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();
const TABLE = tableName("keyed_cells");

/** Digits and what stands between them, which makes numbers, dates, and what only looks like them. */
const nearly = fc
  .array(fc.constantFrom(..."0123456789-.:TZ \n\r+e,é".split("")), { maxLength: 30 })
  .map((parts) => parts.join(""));
const two = (most: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, "0"));
const number = fc.stringMatching(/^-?(0|[1-9][0-9]{0,36})(\.[0-9]{1,32})?$/);
const date = fc
  .tuple(
    fc.stringMatching(/^[0-9]{4}$/),
    two(13),
    two(32),
    fc.constantFrom(" ", "T", "t", ""),
    two(24),
    two(60),
    fc.stringMatching(/^(:[0-6][0-9](\.[0-9]{0,7})?)?[Zz\n]?$/),
  )
  .map(([year, month, day, between, hour, minute, rest]) =>
    between === ""
      ? `${year}-${month}-${day}${rest}`
      : `${year}-${month}-${day}${between}${hour}:${minute}${rest}`,
  );
const anyCell = fc.oneof(number, date, nearly, fc.string({ unit: "grapheme", maxLength: 300 }));

/** What the server makes of cells, by generated columns that stand in indexes, or inline. */
async function keysOf(cells: readonly string[], inline = false): Promise<readonly Record<string, unknown>[]> {
  const pool = await tables.database.pool();
  return pool.use(async (connection) => {
    await connection.query(`DROP TABLE IF EXISTS ${TABLE}`);
    const generated = (["number", "date", "text"] as const).flatMap((kind) => [
      keyColumnDefinition(kind, 1, "cell"),
      `INDEX (${keyColumnName(kind, 1)})`,
    ]);
    await connection.query(
      `CREATE TABLE ${TABLE} (_row INT PRIMARY KEY, cell TEXT NOT NULL, ${generated.join(", ")})
       CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
    await connection.query(`INSERT INTO ${TABLE} (_row, cell) VALUES ?`, [
      cells.map((cell, row) => [row, cell]),
    ]);
    const [n, d, t] = inline
      ? (["number", "date", "text"] as const).map((kind) => keyExpression(kind, "cell"))
      : ["_n1", "_d1", "_t1"];
    return connection.query(
      `SELECT CAST(${n} AS CHAR) AS n, ${d} AS d, CAST(${t} AS CHAR CHARACTER SET utf8mb4) AS t FROM ${TABLE} ORDER BY _row`,
    );
  });
}

/** A number with all of the 30 digits behind its point, as DECIMAL writes it. */
function decimal(text: string): string {
  const [whole = "", part = ""] = text.split(".");
  const digits = part.padEnd(30, "0");
  const isZero = /^-?0$/.test(whole) && /^0+$/.test(digits);
  return `${isZero ? "0" : whole}.${digits}`;
}

/** What the cell is to whoever counted it while it was loaded. */
function counted(cell: string): number | undefined {
  const bytes = Buffer.from(cell);
  return bytes.length === 0 ? undefined : classOf(bytes, 0, bytes.length);
}

describe("the keys of cells", () => {
  it.each([false, true])(
    "are what the cells were counted as, and what operands become (inline: %s)",
    async (inline) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyCell, { minLength: 100, maxLength: 200 }), async (cells) => {
          const keys = await keysOf(cells, inline);
          const seen = cells.map((cell, row) => ({
            cell,
            n: keys[row]?.["n"],
            d: keys[row]?.["d"],
            t: keys[row]?.["t"],
          }));
          expect(seen).toEqual(
            cells.map((cell) => ({
              cell,
              n: counted(cell) === NUMBER ? decimal(operandOf("number", cell) ?? "") : null,
              d: counted(cell) === DATE ? operandOf("date", cell) : null,
              t: operandOf("text", cell),
            })),
          );
        }),
        { numRuns: 15 },
      );
    },
  );

  it("are nothing for cells that are empty or something else: not 0, and no error", async () => {
    const keys = await keysOf([
      "",
      "abc",
      "7 apples",
      "1e5",
      "007",
      "+7",
      "7\n",
      " 7",
      "0x1F",
      "NaN",
      "2020-13-01",
    ]);
    expect(keys.map(({ n, d }) => [n, d])).toEqual(Array.from({ length: 11 }, () => [null, null]));
  });

  it("keep all digits of a number", async () => {
    const long = `${"123456789".repeat(3)}12345678.${"987654321".repeat(3)}123`;
    const [key] = await keysOf([long]);
    expect(key?.["n"]).toBe(long);
  });

  it("are the same for all forms of a date", async () => {
    const keys = await keysOf([
      "2020-06-01",
      "2020-06-01T00:00",
      "2020-06-01 00:00:00",
      "2020-06-01 00:00:00.000000Z",
      "2020-06-01T00:00Z",
    ]);
    expect(new Set(keys.map(({ d }) => d))).toEqual(new Set(["2020-06-01T00:00:00.000000"]));
  });

  it("tell texts apart that differ in case or in a space at the end, and have them in the order of their bytes", async () => {
    await keysOf(["b", "a ", "a", "A", "a\t"]);
    const pool = await tables.database.pool();
    const rows = await pool.use((connection) =>
      connection.query(`SELECT MIN(_row) AS row FROM ${TABLE} FORCE INDEX (_t1) GROUP BY _t1 ORDER BY _t1`),
    );
    expect(rows.map(({ row }) => row)).toEqual([3, 2, 4, 1, 0]);
  });

  it("can be filled in beside values: their SQL has no place for one", () => {
    for (const kind of ["number", "date", "text"] as const) {
      expect(keyExpression(kind, "cell")).not.toContain("?");
      expect(keyExpression(kind, "cell")).not.toContain("\\");
    }
  });
});

describe("an operand", () => {
  it("that is no number and no date compares with neither", () => {
    expect([operandOf("number", "007"), operandOf("number", ""), operandOf("number", "7\n")]).toEqual(
      Array.from({ length: 3 }),
    );
    expect([operandOf("date", "2020-06"), operandOf("date", "2020-06-01\n"), operandOf("date", "7")]).toEqual(
      Array.from({ length: 3 }),
    );
  });

  it("that is a date gets its full form", () => {
    expect(operandOf("date", "2020-06-01 12:30:05.5Z")).toBe("2020-06-01T12:30:05.500000");
  });
});
