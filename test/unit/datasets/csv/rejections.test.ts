import { describe, expect, it } from "vitest";
import { REJECTIONS_HEADER, rejectionsFile } from "../../../../engine/datasets/csv/rejections.ts";
import { load } from "./whole-file.ts";

const MIB = 1024 * 1024;

describe("a record is rejected", () => {
  it.each([
    ["with too few fields", "1\n", "has 1 field where the header has 3"],
    ["with too many", "1,2,3,4\n", "has 4 fields where the header has 3"],
    ["with spaces alone", "  \n", "has 1 field where the header has 3"],
    ["for a quote in a bare field", '1,a"b",3\n', "field 2 has a quote inside, but none around it"],
    ["for a quote behind a space", '1, "b",3\n', "field 2 has a quote inside, but none around it"],
    ["for text behind a quote", '1,"a,"" b"c,3\n', "field 2 goes on behind its closing quote"],
    ["for a space behind a quote", '1,2,"3" \n', "field 3 goes on behind its closing quote"],
    ["for a NUL", "1,2,\0\n", "field 3 has a NUL byte"],
    ["for an empty cell of the key", "1,,3\n", "field 2 is empty, but belongs to the key"],
    ["for a quoted empty one", '1,"",3\n', "field 2 is empty, but belongs to the key"],
    ["for a cell that is too long", "1,2,12345678901\n", "field 3 has 11 bytes, and 10 is the most"],
  ])("%s", async (_, record, reason) => {
    const raw = record.slice(0, -1);
    const { rows, rejections } = await load(`a,b,c\n1,2,3\n${record}4,5,6\n`, { maxCell: 10, key: [1] });
    expect(rejections).toEqual([{ line: 3, reason, raw }]);
    expect(rows).toEqual([
      ["1", "1", "2", "3"],
      ["3", "4", "5", "6"],
    ]);
  });

  it("for bytes that are no UTF-8, with the number of the field", async () => {
    const latin1 = Buffer.from("a,b\nZoë,1\n2,Zoë\n3,x\n", "latin1");
    const { rows, rejections } = await load(latin1);
    expect(rejections).toEqual([
      { line: 2, reason: "field 1 is not in UTF-8", raw: "Zo�,1" },
      { line: 3, reason: "field 2 is not in UTF-8", raw: "2,Zo�" },
    ]);
    expect(rows).toEqual([["3", "3", "x"]]);
  });

  it("whole, when it has several lines and its quotes are in order", async () => {
    const { rejections } = await load('a,b\n"x\ny",1,2\n"x\ny",1\n3\n');
    expect(rejections.map(({ line, raw }) => [line, raw])).toEqual([
      [2, '"x\ny",1,2'],
      [6, "3"],
    ]);
  });

  it("for a cell by its own bytes, not by those that its quotes take", async () => {
    const options = { maxCell: 4 };
    expect((await load('a\n"""ab"""\n"abcd"\nabcd\nñññ\n', options)).rejections).toEqual([
      { line: 5, reason: "field 1 has 6 bytes, and 4 is the most", raw: "ñññ" },
    ]);
  });

  it("by default for a cell that TEXT does not hold", async () => {
    const { rows, rejections } = await load(`a\n${"x".repeat(65_535)}\n${"x".repeat(65_536)}\n`);
    expect(rows).toHaveLength(1);
    expect(rejections[0]).toMatchObject({
      line: 3,
      reason: "field 1 has 65536 bytes, and 65535 is the most",
    });
  });
});

describe("a quote that is wrong costs one line", () => {
  const OPEN = "field 2 opens a quote that is not closed properly within 1 MiB";

  it("when nothing closes it", async () => {
    const { rows, rejections } = await load('a,b\n1,"x\n2,y\n3,z\n');
    expect(rejections).toEqual([{ line: 2, reason: OPEN, raw: '1,"x' }]);
    expect(rows.map(([place]) => place)).toEqual(["2", "3"]);
  });

  it("when the quotes of a later line close it where they open", async () => {
    const { rows, rejections } = await load('a,b\n1,"x\n2,"y"\n3,"z\nz"\n');
    expect(rejections).toEqual([{ line: 2, reason: OPEN, raw: '1,"x' }]);
    expect(rows).toEqual([
      ["2", "2", "y"],
      ["3", "3", "z\nz"],
    ]);
  });

  it("when the record takes over 1 MiB, and says the same wherever the file is cut", async () => {
    const file = `a,b\n1,"x\n${`2,${"y".repeat(997)}\n`.repeat(1_100)}3,z"\n`;
    for (const partBytes of [1, 100_000, 4 * MIB]) {
      const { rows, rejections } = await load(file, { partBytes });
      expect(rejections).toEqual([
        { line: 2, reason: OPEN, raw: '1,"x' },
        { line: 1_103, reason: "field 2 has a quote inside, but none around it", raw: '3,z"' },
      ]);
      expect(rows).toHaveLength(1_100);
    }
  });
});

describe("a line of over 1 MiB", () => {
  it("is rejected whole, and 64 KiB of it are kept", async () => {
    const { rows, rejections, parts } = await load(`a,b\n1,x\n2,${"y".repeat(9 * MIB)}\r\n3,z\n`);
    expect(rejections).toEqual([
      { line: 3, reason: "is a line of over 1 MiB", raw: `2,${"y".repeat(64 * 1024 - 2)}…` },
    ]);
    expect(rows).toEqual([
      ["1", "1", "x"],
      ["3", "3", "z"],
    ]);
    expect(parts.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(1.1 * MIB);
  });

  it.each(["\n", "\r", "\r\n"])("is not one of many lines that end with %j", async (end) => {
    const { rows, rejections } = await load(`a,b${end}${`1,${"x".repeat(1_000)}${end}`.repeat(3_000)}`);
    expect(rejections).toEqual([]);
    expect(rows.map(([, , cell]) => cell?.length)).toEqual(Array(3_000).fill(1_000));
  });

  it("is rejected for that, whatever is wrong with its quotes", async () => {
    const { rejections } = await load(`a,b\n1,2"${"x".repeat(MIB)}\n1,"${"x".repeat(MIB)}\n`);
    expect(rejections.map(({ reason }) => reason)).toEqual(Array(2).fill("is a line of over 1 MiB"));
  });

  it("is kept up to a whole character", async () => {
    const { rejections } = await load(`a,b\n1,${"€".repeat(MIB)}\n`);
    expect(rejections[0]?.raw).toBe(`1,${"€".repeat(21_844)}…`);
  });

  it("is a record like any other with one byte less", async () => {
    const { rejections } = await load(`a\n${"x".repeat(MIB)}\n${"x".repeat(MIB + 1)}\n`);
    expect(rejections.map(({ reason }) => reason)).toEqual([
      "field 1 has 1048576 bytes, and 65535 is the most",
      "is a line of over 1 MiB",
    ]);
  });
});

describe("the file of rejections", () => {
  it("is CSV with the line, the reason and the record as it stood", () => {
    const file = rejectionsFile([
      { line: 7, reason: "has 1 field where the header has 2", raw: "=1+1" },
      { line: 12, reason: "field 1 goes on behind its closing quote", raw: '"a"b,c' },
    ]);
    expect(REJECTIONS_HEADER + Buffer.from(file).toString()).toBe(
      'line,reason,raw\n7,"has 1 field where the header has 2","=1+1"\n' +
        '12,"field 1 goes on behind its closing quote","""a""b,c"\n',
    );
  });

  it("is empty for none", () => {
    expect(rejectionsFile([])).toHaveLength(0);
  });
});
