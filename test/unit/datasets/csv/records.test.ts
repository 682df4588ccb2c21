import { describe, expect, it } from "vitest";
import { parsePart } from "../../../../engine/datasets/csv/parse-part.ts";
import { load } from "./whole-file.ts";

/** Rows without their places, of a file with the header a,b unless it brings its own. */
async function rowsIn(records: string, header = "a,b\n"): Promise<string[][]> {
  const { rows, rejections } = await load(header + records);
  expect(rejections).toEqual([]);
  return rows.map(([, ...cells]) => cells);
}

describe("a record", () => {
  it.each([
    ["\n", "1,2\n3,4\n"],
    ["\r\n", "1,2\r\n3,4\r\n"],
    ["a lone \r", "1,2\r3,4\r"],
    ["one and the other", "1,2\r3,4\r\n"],
    ["the file's end", "1,2\n3,4"],
  ])("ends with %j", async (_, records) => {
    expect(await rowsIn(records)).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
  });

  it("may have delimiters, quotes and line breaks in quotes", async () => {
    expect(await rowsIn('"1,5","say ""hi"""\n"two\nlines","\r\n\r"\n')).toEqual([
      ["1,5", 'say "hi"'],
      ["two\nlines", "\r\n\r"],
    ]);
  });

  it("keeps spaces, and quotes only at the beginning of a field", async () => {
    expect(await rowsIn(' 1 ," 2 "\n')).toEqual([[" 1 ", " 2 "]]);
  });

  it("keeps its empty fields, quoted or not", async () => {
    expect(await rowsIn(',""\n"",\n')).toEqual([
      ["", ""],
      ["", ""],
    ]);
  });

  it("is the word NULL where that stands, with quotes or without", async () => {
    expect(await rowsIn('NULL,"NULL"\nnull,NULLs\n')).toEqual([
      ["NULL", "NULL"],
      ["null", "NULLs"],
    ]);
  });

  it("is no blank line, in a file of one column either", async () => {
    expect(await rowsIn("\n\n1\n\r\n\r\r2\n\n", "a\n")).toEqual([["1"], ["2"]]);
    expect(await rowsIn('1\n""\n', "a\n")).toEqual([["1"], [""]]);
  });
});

it("a part is parsed wherever in memory its bytes lie", () => {
  const memory = Buffer.from('xxx"1,5",2\n3,4\n"');
  const bytes = memory.subarray(3, -1);
  const { lines } = parsePart({ bytes, firstRecord: 1, firstLine: 2 }, { columns: 2, delimiter: "," });
  expect(Buffer.concat(lines).toString()).toBe('1,"1,5",2\n2,3,4\n');
});

it("whatever stands before and behind a byte that counts, it is seen", async () => {
  for (let before = 0; before < 9; before++) {
    for (const filling of ["a", " ", "\t", "\x7f", "é", "\x01"]) {
      const cell = filling.repeat(before);
      expect(await rowsIn(`${cell},"${cell},"\n"${cell}""\n",${cell}\r${cell},\n`)).toEqual([
        [cell, `${cell},`],
        [`${cell}"\n`, cell],
        [cell, ""],
      ]);
    }
  }
});

describe("a row's place", () => {
  it("counts records from 1, also those that are rejected, and no blank lines", async () => {
    const { rows } = await load("a,b\n1,1\n\nragged\n3,3\n");
    expect(rows.map(([place]) => place)).toEqual(["1", "3"]);
  });

  it("goes on from part to part", async () => {
    const records = Array.from({ length: 1_200 }, (_, n) => `${n + 1},${n % 7 === 0 ? '"x\ny"' : "x"}\n`);
    const { parts, rows } = await load(`a,b\n${records.join("")}`, { partBytes: 100 });
    expect(parts.length).toBeGreaterThan(50);
    expect(rows.every(([place, cell]) => place === cell)).toBe(true);
    expect(rows).toHaveLength(1_200);
  });
});
