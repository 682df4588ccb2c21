import { describe, expect, test } from "vitest";
import { z } from "zod";
import { columns } from "../../../modules/columns.ts";
import { runModule } from "./run-module.ts";

const CSV = "id;Name;born;paid\r\n1; Ana ;03/11/1990;1.234,50\r\n2;;;\r\n";

const stepped = async (input: string, ...steps: unknown[]): Promise<string | undefined> =>
  (await runModule(columns, { input, config: { steps } })).output;

describe("columns over a CSV", () => {
  test.each([
    [{ select: ["Name", "id"] }, "Name;id\r\n Ana ;1\r\n;2\r\n"],
    [
      { rename: { Name: "name", id: "Name" } },
      "Name;name;born;paid\r\n1; Ana ;03/11/1990;1.234,50\r\n2;;;\r\n".replace("1.234,50", '"1.234,50"'),
    ],
    [{ drop: ["born", "paid", "id"] }, 'Name\r\n Ana \r\n""\r\n'],
    [{ trim: ["Name"] }, 'id;Name;born;paid\r\n1;Ana;03/11/1990;"1.234,50"\r\n2;;;\r\n'],
    [{ trim: "all" }, 'id;Name;born;paid\r\n1;Ana;03/11/1990;"1.234,50"\r\n2;;;\r\n'],
  ])("given the step %j, then that is done", async (step, expected) => {
    expect(await stepped(CSV, step)).toBe(expected);
  });

  test.each([
    [{ concat: [{ text: "<" }, "id", { text: "|" }, "Name", { text: ">" }] }, ["<1| Ana >", "<2|>"]],
    [{ upper: "Name" }, [" ANA ", ""]],
    [{ lower: "Name" }, [" ana ", ""]],
    [{ trim: "Name" }, ["Ana", ""]],
    [{ replace: { column: "born", find: "/", with: "$&" } }, ["03$&11$&1990", ""]],
    [{ split: { column: "born", separator: "/", part: 3 } }, ["1990", ""]],
    [{ split: { column: "born", separator: "/", part: -3 } }, ["03", ""]],
    [{ split: { column: "born", separator: "/", part: 4 } }, ["", ""]],
    [{ number: { column: "paid", decimal: ",", thousands: "." } }, ["1234.50", ""]],
    [{ number: "id" }, ["1", "2"]],
    [{ date: { column: "born", from: "DD/MM/YYYY" } }, ["1990-11-03", ""]],
    [{ date: { column: "born", from: "DD/MM/YYYY", to: "MM.DD.YYYY" } }, ["11.03.1990", ""]],
    [{ default: { column: "Name", value: "?" } }, [" Ana ", "?"]],
    [{ constant: 7 }, ["7", "7"]],
    [{ constant: false }, ["false", "false"]],
  ])("given a value derived by %j, then it is %j", async (derivation, expected) => {
    const output = await stepped(CSV, { derive: { it: derivation } }, { select: ["it"] });
    expect(output).toBe(`it\r\n${expected.map((cell) => `${cell === "" ? '""' : cell}\r\n`).join("")}`);
  });

  test("given several steps, then each sees what the ones before it did", async () => {
    const steps = [
      { trim: "all" },
      { rename: { Name: "name" } },
      { derive: { name: { upper: "name" }, shout: { concat: ["name", { text: "!" }] } } },
      { drop: ["born", "paid"] },
    ];
    const { output, result, log } = await runModule(columns, { input: CSV, config: { steps } });
    expect(output).toBe("id;name;shout\r\n1;ANA;ANA!\r\n2;;!\r\n");
    expect(result).toEqual({ rows: 2 });
    expect(log).toEqual(["2 rows, 4 steps over each"]);
  });

  test.each([
    [
      { select: ["nome"] },
      'step 2 (select): the file has no column "nome": it has "id", "Name", "born", "paid"',
    ],
    [{ drop: ["x"] }, 'step 2 (drop): the file has no column "x"'],
    [{ drop: ["id", "Name", "born", "paid"] }, "step 2 (drop): no column would be left"],
    [{ rename: { x: "y" } }, 'step 2 (rename): the file has no column "x"'],
    [{ rename: { id: "Name" } }, 'step 2 (rename): there would be two columns "Name"'],
    [{ select: ["id", "id"] }, 'step 2 (select): there would be two columns "id"'],
    [{ derive: { a: { upper: "b" }, b: { upper: "id" } } }, 'step 2 (derive): the file has no column "b"'],
    [{ trim: ["x"] }, 'step 2 (trim): the file has no column "x"'],
    [{ derive: { it: { number: "Name" } } }, 'line 2, column "Name": " Ana " is no number as JSON writes it'],
    [
      { derive: { it: { number: "paid" } } },
      'line 2, column "paid": "1.234,50" is no number as JSON writes it',
    ],
    [
      { derive: { it: { number: { column: "born", decimal: ",", thousands: "'" } } } },
      '"03/11/1990" is no number',
    ],
    [
      { derive: { it: { date: { column: "born", from: "MM/DD/YYYY HH" } } } },
      '"03/11/1990" is no date as MM/DD/YYYY HH',
    ],
  ])("given the faulty step %j, then it says: %s", async (step, message) => {
    await expect(stepped(CSV, { trim: ["Name"] }, step)).rejects.toThrow(message.replace('" Ana "', '"Ana"'));
  });

  test.each([
    ["31/02/2024", false],
    ["29/02/2024", true],
    ["29/02/2023", false],
    ["1/1/2024", false],
    ["01-01-2024", false],
    ["01/01/20244", false],
    ["aa/01/2024", false],
    ["00/01/2024", false],
    ["01/13/2024", false],
  ])("whether %s is a date: %s", async (date, isOne) => {
    const derive = { d: { date: { column: "d", from: "DD/MM/YYYY" } } };
    expect(await outputOrFault(stepped(`d\n${date}\n`, { derive }))).toBe(
      isOne ? "d\r\n2024-02-29\r\n" : `line 2, column "d": "${date}" is no date as DD/MM/YYYY`,
    );
  });

  test.each([
    ["1.234.567,8", "1234567.8"],
    ["1234,5", "1234.5"],
    ["-12", "-12"],
    ["12.34", undefined],
    ["1.23,4", undefined],
    ["1,2,3", undefined],
    [".5", undefined],
    ["9.007.199.254.740.993,1", undefined],
  ])("given %s where a comma is before the fraction, then the number is %s", async (text, number) => {
    const derive = { n: { number: { column: "n", decimal: ",", thousands: "." } } };
    const expected = number === undefined ? `line 2, column "n": "${text}" ` : `n\r\n${number}\r\n`;
    expect(await outputOrFault(stepped(`n\n"${text}"\n`, { derive }))).toContain(expected);
  });
});

test("given a point where a comma is before the fraction, then that is no number", async () => {
  const derive = { n: { number: { column: "n", decimal: "," } } };
  await expect(stepped("n\n1.5\n", { derive })).rejects.toThrow('line 2, column "n": "1.5" is no number');
});

test("given a row that becomes too long to be read again, then it is refused", async () => {
  const long = { derive: { b: { concat: ["a", "a"] } } };
  const of = (characters: number): string => `a\n${"é".repeat(characters)}\n`;
  expect(await stepped(of(130_000), long)).toHaveLength("a,b\r\n".length + 3 * 130_000 + ",\r\n".length);
  await expect(stepped(of(180_000), long)).rejects.toThrow(
    "line 2 becomes a record of over 1 MiB, which nothing would read again",
  );
});

describe("columns over an NDJSON", () => {
  const input = '{"b":1.50,"a":" x ","l":[1.0],"n":null}\n{"a":12345678901234567890}\n';

  test("given steps, then members keep their places, and numbers their digits", async () => {
    expect(await stepped(input, { rename: { b: "B" } }, { trim: "all" })).toBe(
      '{"B":1.50,"a":"x","l":[1.0],"n":null}\n{"a":12345678901234567890}\n',
    );
    expect(await stepped(input, { select: ["a", "b"] }, { drop: ["b"] })).toBe(
      '{"a":" x "}\n{"a":12345678901234567890}\n',
    );
  });

  test("given values to derive, then they are those of JSON", async () => {
    const derive = {
      t: { concat: ["b", { text: "/" }, "a"] },
      u: { upper: "n" },
      d: { default: { column: "b", value: 0 } },
      c: { constant: true },
      n: { number: { column: "b" } },
    };
    expect(await stepped(input, { derive }, { select: ["t", "u", "d", "c", "n"] })).toBe(
      '{"t":"1.50/ x ","u":null,"d":1.50,"c":true,"n":1.50}\n{"t":"/12345678901234567890","u":null,"d":0,"c":true,"n":null}\n',
    );
  });

  test.each([
    [{ derive: { x: { upper: "l" } } }, 'line 1, column "l": is a list, and no text'],
    [{ rename: { b: "a" } }, 'line 1 would have two members "a"'],
  ])("given the faulty step %j, then it says: %s", async (step, message) => {
    await expect(stepped(input, step)).rejects.toThrow(message);
  });
});

test.each([
  [{ steps: [] }, "steps"],
  [{ steps: [{}] }, "a step must have exactly one of select, rename, drop, derive, trim"],
  [{ steps: [{ select: ["a"], drop: ["b"] }] }, "a step must have exactly one of"],
  [{ steps: [{ slect: ["a"] }] }, 'Unrecognized key: "slect"'],
  [{ steps: [{ derive: { a: { shout: "b" } } }] }, 'Unrecognized key: "shout"'],
  [{ steps: [{ derive: { a: { concat: [{ txt: "x" }] } } }] }, 'must be a column, or a text: {"text": ", "}'],
  [
    { steps: [{ derive: { a: { split: { column: "b", separator: ",", part: 0 } } } }] },
    "counts from 1; from -1",
  ],
  [
    { steps: [{ derive: { a: { date: { column: "b", from: "DD/MM/YY" } } } }] },
    'has "Y", which stands for nothing',
  ],
  [{ steps: [{ derive: { a: { date: { column: "b", from: "MM/YYYY" } } } }] }, "lacks DD"],
  [{ steps: [{ derive: { a: { date: { column: "b", from: "DD/MM/DD YYYY" } } } }] }, "has DD twice"],
  [
    { steps: [{ derive: { a: { date: { column: "b", from: "DD/MM/YYYY", to: "YYYY-MM-DDTHH:mm" } } } }] },
    'has a part that "from" has not',
  ],
  [
    { steps: [{ derive: { a: { number: { column: "b", decimal: ",", thousands: "," } } } }] },
    "must be another than decimal",
  ],
])("given the configuration %j, then it is refused: %s", (config, message) => {
  const { error } = columns.config.safeParse(config);
  expect(error && z.prettifyError(error)).toContain(message);
});

async function outputOrFault(output: Promise<string | undefined>): Promise<string> {
  return output.then(
    (text) => text ?? "",
    (error: Error) => error.message,
  );
}
