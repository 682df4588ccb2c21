import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvToNdjson } from "../../../modules/csv-to-ndjson.ts";
import { ndjsonToCsv } from "../../../modules/ndjson-to-csv.ts";
import { runModule } from "./run-module.ts";

const converted = (input: string | Uint8Array, config: unknown = {}): ReturnType<typeof runModule> =>
  runModule(csvToNdjson, { input, config });

describe("csv_to_ndjson", () => {
  test("given a CSV with quotes, line breaks and a mark, then each record is an object, its members in the columns' order", async () => {
    const { output, result, log } = await converted(
      '\uFEFFname;2020;note\r\n"Ruiz; Ana";1;"says ""hi""\nand goes"\r\n\r\nBo;;\r\n',
    );
    expect(output).toBe(
      '{"name":"Ruiz; Ana","2020":"1","note":"says \\"hi\\"\\nand goes"}\n{"name":"Bo","2020":"","note":""}\n',
    );
    expect(result).toEqual({ rows: 2, columns: 3 });
    expect(log).toEqual(["2 rows of 3 columns"]);
  });

  test("given a header alone, then there is an empty file", async () => {
    expect(await converted("a,b\n")).toMatchObject({ output: "", result: { rows: 0 } });
  });

  test("given types, then values are written with the digits that they have", async () => {
    const { output } = await converted("n,i,b,s\n1.50,-7,TRUE,01\n-0.1e-3,9007199254740991,0,x\n,,,\n", {
      types: { n: "number", i: "integer", b: "boolean" },
    });
    expect(output).toBe(
      '{"n":1.50,"i":-7,"b":true,"s":"01"}\n{"n":-0.1e-3,"i":9007199254740991,"b":false,"s":"x"}\n{"n":null,"i":null,"b":null,"s":""}\n',
    );
  });

  test.each([
    ["number", "1,5", '"1,5" is no number as JSON writes it (-12, 3.50, 1e6)'],
    ["number", "007", '"007" is no number as JSON writes it (-12, 3.50, 1e6)'],
    ["number", "NaN", '"NaN" is no number as JSON writes it (-12, 3.50, 1e6)'],
    ["number", "1e999", '"1e999" is too large for a number'],
    [
      "number",
      "0.12345678901234567890",
      '"0.12345678901234567890" has more digits than a number keeps: leave it a string',
    ],
    ["integer", "1.0", '"1.0" is no integer'],
    [
      "integer",
      "9007199254740993",
      '"9007199254740993" has more digits than an integer keeps: leave it a string',
    ],
    ["boolean", "yes", '"yes" is no boolean (true, false, 1, 0)'],
  ])("given a %s that is %s, then it is refused with its line and column", async (type, cell, reason) => {
    const input = `a,b\n"1\n2",1\n4,"${cell}"\n`;
    await expect(converted(input, { types: { b: type } })).rejects.toThrow(`line 4, column "b": ${reason}`);
  });

  test("whatever is said of empty cells and of names is done", async () => {
    const input = "Año Nuevo,fullName,B\n1,,x\n";
    expect((await converted(input, { empty: "null", columns: "snake_case" })).output).toBe(
      '{"ano_nuevo":"1","full_name":null,"b":"x"}\n',
    );
    expect((await converted(input, { empty: "omit" })).output).toBe('{"Año Nuevo":"1","B":"x"}\n');
    expect((await converted(input, { columns: { B: "b", fullName: "name" } })).output).toBe(
      '{"name":"","b":"x"}\n',
    );
  });

  test.each([
    ["a,b\n1,2\n", { types: { c: "number" } }, 'the file has no column "c": it has "a", "b"'],
    ["A,a\n1,2\n", { columns: "snake_case" }, 'the columns "A" and "a" would both be "a"'],
    ["a,a\n1,2\n", {}, 'the header names "a" twice'],
    ["a,\n1,2\n", {}, "column 2 of the header has no name"],
    ["", {}, "the file is empty"],
    ["a,b\n1,2\n1,2,3\n", {}, "line 3 has 3 fields where the header has 2"],
    ['a,b\n1,2\n3,"x\n', {}, "line 3 field 2 opens a quote that is not closed properly within 1 MiB"],
  ])("given %j with %j, then it says what is wrong: %s", async (input, config, message) => {
    await expect(converted(input, config)).rejects.toThrow(message);
  });

  test("given a line of over 1 MiB, then it is refused with its number", async () => {
    await expect(converted(`a\n${"x".repeat(1024 * 1024 + 1)}\n`)).rejects.toThrow(
      "line 2 is a line of over 1 MiB",
    );
  });

  test("given bytes that are no UTF-8 among those that are, then it names line and field", async () => {
    const good = Buffer.from("a,b\n1,ñandú €, café\n".replace(", c", " c").repeat(1));
    const input = Buffer.concat([
      good,
      Buffer.from("ñ".repeat(100) + ",x\n2,"),
      Buffer.from([0xff, 0xfe]),
      Buffer.from("\n"),
    ]);
    await expect(converted(input)).rejects.toThrow("line 4 field 2 is not in UTF-8");
  });

  test("given a configuration with a word that it does not know, then it is refused", () => {
    expect(csvToNdjson.config.safeParse({ columns: "upper" }).error?.issues[0]?.message).toBe(
      'must be "as-is", "snake_case", or an object of members by columns: {"Full name": "name"}',
    );
    expect(csvToNdjson.config.safeParse({ type: {} }).success).toBe(false);
  });

  test("given a signal that aborted, then it ends with its reason", async () => {
    const reason = new Error("over");
    const signal = AbortSignal.abort(reason);
    await expect(runModule(csvToNdjson, { input: "a\n1\n", signal })).rejects.toBe(reason);
  });
});

describe("ndjson_to_csv", () => {
  const back = (input: string, config: unknown = {}): ReturnType<typeof runModule> =>
    runModule(ndjsonToCsv, { input, config });

  test("given objects, then all members are columns as they come, values as RFC 4180 has them", async () => {
    const { output, result } = await back(
      '\uFEFF{"a":1.50,"b":"x,y"}\n\n{"b":"q\\"","c":{"d":[1.0]}}\r\n{"a":null,"b":true,"c":12345678901234567890}',
    );
    expect(output).toBe('a,b,c\r\n1.50,"x,y",\r\n,"q""","{""d"":[1.0]}"\r\n,true,12345678901234567890\r\n');
    expect(result).toEqual({ rows: 3, columns: 3 });
  });

  test("given columns, then those alone; given a delimiter, then that", async () => {
    const { output } = await back('{"a":1,"b":2,"c":3}\n{}\n', { columns: ["c", "a"], delimiter: ";" });
    expect(output).toBe("c;a\r\n3;1\r\n;\r\n");
  });

  test("given a member that none of the first 1,000 records has, then it is refused with its line", async () => {
    const input = '{"a":1}\n'.repeat(1000);
    expect((await back(`${input}{"a":2}\n`)).result).toEqual({ rows: 1001, columns: 1 });
    await expect(back(`${input}{"a":2,"z":1}\n`)).rejects.toThrow(
      'line 1001 has the member "z", which none of the first 1000 records has: name the columns in "columns"',
    );
    expect((await back(`${'{"a":1}\n'.repeat(999)}{"z":2}\n`)).result).toEqual({ rows: 1000, columns: 2 });
  });

  test.each([
    ['{"a":1}\n[1]\n', "line 2 is no object"],
    ["1.5\n", "line 1 is no object"],
    ['{"a":1}\n{"a":\n', "line 2 is no JSON: "],
    ['{"a":"\\u0000"}\n', 'line 1, column "a": has a NUL character, which no CSV holds'],
    ['{"a":"\\ud800"}\n', 'line 1, column "a": has half of a surrogate pair, which UTF-8 cannot hold'],
    ['{"":1}\n', "line 1 has a member without a name"],
    ["\n", 'the file has no records to tell the columns: name them in "columns"'],
  ])("given %j, then it says what is wrong: %s", async (input, message) => {
    await expect(back(input)).rejects.toThrow(message);
  });

  test("given a line of over 1 MiB, then it is refused with its number", async () => {
    await expect(back(`{"a":1}\n{"a":"${"x".repeat(1024 * 1024)}"}\n`)).rejects.toThrow(
      "line 2 is of over 1 MiB",
    );
  });

  test("given a line that is not in UTF-8, then it is refused with its number", async () => {
    const input = Buffer.concat([Buffer.from('{"a":"é"}\n{"a":"'), Buffer.from([0xe9]), Buffer.from('"}\n')]);
    await expect(runModule(ndjsonToCsv, { input })).rejects.toThrow("line 2 is not in UTF-8");
  });

  test("whatever texts and names there are, they come back", async () => {
    const text = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom(",", ";", "\t", '"', "\n", "\r", " ", "sep=", "\uFEFF"),
          fc.string({ unit: "binary", maxLength: 1, minLength: 1 }),
        ),
        maxLength: 8,
      })
      .filter((value) => !value.includes("\0"));
    const names = fc.uniqueArray(
      text.filter((name) => name !== "" && name !== "__proto__"),
      { minLength: 1, maxLength: 4 },
    );
    const tables = names.chain((columns) =>
      fc
        .array(fc.tuple(...columns.map(() => text)), { minLength: 1, maxLength: 5 })
        .map((rows) => ({ columns, rows })),
    );
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom(",", ";", "\t"), async ({ columns, rows }, delimiter) => {
        const lines = rows.map((row) =>
          JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i]]))),
        );
        const csv = await runModule(ndjsonToCsv, {
          input: `${lines.join("\n")}\n`,
          config: { columns, delimiter },
        });
        const { output = "" } = await runModule(csvToNdjson, { input: csv.output ?? "" });
        const told = output.split("\n").filter((line) => line !== "");
        expect(told.map((line) => JSON.parse(line))).toEqual(lines.map((line) => JSON.parse(line)));
      }),
      { numRuns: 200 },
    );
  });

  test("whatever numbers there are, they come back with the digits that they have", async () => {
    const digits = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.maxSafeInteger().map(String),
      fc.tuple(fc.integer({ min: -999, max: 999 }), fc.nat(99_999)).map(([a, b]) => `${a}.${b}0`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 5 }), async (values) => {
        const input = values.map((value) => `{"n":${value}}\n`).join("");
        const csv = await runModule(ndjsonToCsv, { input });
        expect(csv.output).toBe(`n\r\n${values.map((value) => `${value}\r\n`).join("")}`);
        const { output } = await runModule(csvToNdjson, {
          input: csv.output ?? "",
          config: { types: { n: "number" } },
        });
        expect(output).toBe(input);
      }),
      { numRuns: 100 },
    );
  });
});
