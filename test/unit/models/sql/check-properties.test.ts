import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkModelSql } from "../../../../engine/models/sql/check.ts";
import { tokensOf } from "../../../../engine/models/sql/tokens.ts";
import { HOSTILE_SQL } from "../../../fixtures/hostile-sql.ts";
import { faultsOf } from "./faults-of.ts";

const SHOP = readFileSync(new URL("shop.sql", import.meta.url), "utf8");
const STATEMENTS = checkModelSql(SHOP).map(({ text }) => text);
const PIECES = [
  ...new Set(tokensOf(SHOP).map(({ start, end }) => SHOP.slice(start, end))),
  ..."' \" ` \\ /* */ /*! -- # ; . ( ) @ \0 \u00A0 \n SLEEP USE mysql INTO OUTFILE DEFINER".split(" "),
];
const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((list) => list.join(" "));
const statement = fc.constantFrom(...STATEMENTS);

/** A statement with something else in place of a stretch of it. */
const altered = fc
  .tuple(statement, fc.nat(), fc.nat(20), fc.oneof(pieces, fc.string({ maxLength: 10 })))
  .map(([text, at, length, piece]) => {
    const start = at % (text.length + 1);
    return text.slice(0, start) + piece + text.slice(start + length);
  });

test("whatever a file has, it passes or is told what is wrong and where", () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes));
  const anything = fc.oneof(bytes, pieces, altered, fc.string({ unit: "binary", maxLength: 300 }));
  fc.assert(
    fc.property(anything, (sql) => {
      const lines = sql.split("\n").length;
      const faults = faultsOf(sql);
      expect(faults.length).toBeLessThanOrEqual(50);
      for (const { line, reason } of faults) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(reason).not.toBe("");
        expect(reason).not.toMatch(/\p{Cc}/u);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("what passes, passes alone and again, and is the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 3, arbitrary: statement }, altered), { maxLength: 5 }),
      (list) => {
        const sql = list.join(";\n");
        fc.pre(faultsOf(sql).length === 0);
        const found = checkModelSql(sql);
        const again = checkModelSql(found.map(({ text }) => text).join(";"));
        expect(again.map(({ kind, name, text }) => [kind, name, text])).toEqual(
          found.map(({ kind, name, text }) => [kind, name, text]),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("no comment that the server runs passes anywhere between two pieces of a file", () => {
  const comment = fc.constantFrom(
    "/*! x */",
    "/*!50000 INTO @x */",
    "/*M! x */",
    "/*M!100000 , 1 */",
    "/*+ x */",
    "/*! /* */",
  );
  fc.assert(
    fc.property(statement, fc.nat(), comment, (text, at, comment) => {
      const tokens = tokensOf(text);
      const place = tokens[at % tokens.length]?.start ?? 0;
      expect(faultsOf(`${text.slice(0, place)}${comment}${text.slice(place)}`)).not.toEqual([]);
    }),
  );
});

test("a hostile statement is found wherever it stands among others", () => {
  fc.assert(
    fc.property(fc.array(statement), fc.constantFrom(...HOSTILE_SQL), ({ length, ...before }, hostile) => {
      const list = Array.from({ length }, (_, i) => before[i] ?? "");
      const sql = list.map((text) => `${text};\n`).join("") + hostile.sql;
      expect(faultsOf(sql).some(({ reason }) => hostile.reason.test(reason))).toBe(true);
    }),
  );
});
