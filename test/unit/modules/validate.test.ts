import { describe, expect, test } from "vitest";
import { z } from "zod";
import { validate } from "../../../modules/validate.ts";
import { type Done, runModule } from "./run-module.ts";

const schema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  properties: {
    id: { type: "integer", minimum: 1 },
    email: { type: "string", format: "email" },
    rate: { type: ["number", "null"], multipleOf: 0.01 },
    active: { type: "boolean" },
    level: { $ref: "#/$defs/level" },
  },
  required: ["id", "rate"],
  $defs: { level: { anyOf: [{ enum: ["low", "high"] }, { type: "integer" }] } },
};

const checked = (input: string | Uint8Array, config: object = {}): Promise<Done> =>
  runModule(validate, { input, config: { schema, ...config } });

describe("validate", () => {
  test("given a CSV whose cells fit as numbers and booleans, then its rows come out byte for byte", async () => {
    const input = 'id;email;rate;active;level\n1;a@b.co;"1.50";TRUE;low\n\n"2";;;0;3\n3;;1e2;;high';
    const { output, result, log } = await checked(input);
    expect(output).toBe('id;email;rate;active;level\n1;a@b.co;"1.50";TRUE;low\n"2";;;0;3\n3;;1e2;;high');
    expect(result).toEqual({ rows: 3, rejected: 0 });
    expect(log).toEqual(["3 rows fit, 0 do not"]);
  });

  test("given rows that do not fit, then the step fails for good and says which, with line, column and reason", async () => {
    const log: string[] = [];
    const input = "id,rate,email,active,level\r\n0,,,,\r\n,2,,,\r\n1.5,1.234,x,yes,mid\r\n7,1,,,low\r\n";
    await expect(
      runModule(validate, { input, config: { schema }, hear: (line) => log.push(line) }),
    ).rejects.toThrow('3 of 4 rows do not fit: line 2, column "id": Too small: expected number to be >=1');
    expect(log).toEqual([
      'line 2, column "id": Too small: expected number to be >=1',
      'line 3, column "id": is missing',
      'line 4, column "id": Invalid input: expected int, received number; column "email": Invalid email address; column "rate": Invalid number: must be a multiple of 0.01; and 2 more',
      "1 rows fit, 3 do not",
    ]);
  });

  test("given rejects to drop, then the others come out, broken records left out too", async () => {
    const input = 'id,rate\n0,1\n1,2\n1,2,3\n4,"x\n5,6\n';
    const { output, result, log } = await checked(input, { rejects: "drop" });
    expect(output).toBe("id,rate\n1,2\n5,6\n");
    expect(result).toEqual({ rows: 2, rejected: 3 });
    expect(log.slice(1, 3)).toEqual([
      "line 4 has 3 fields where the header has 2",
      "line 5 field 2 opens a quote that is not closed properly within 1 MiB",
    ]);
    expect(await checked(input, { rejects: "drop", most: 3 })).toMatchObject({ output });
    await expect(checked(input, { rejects: "drop", most: 2 })).rejects.toThrow(
      'over 2 rows do not fit: line 2, column "id"',
    );
  });

  test("given none that fits, then the header is left", async () => {
    expect(await checked("id,rate\n0,0\n", { rejects: "drop" })).toMatchObject({ output: "id,rate\r\n" });
  });

  test("given more than 20 that do not fit, then 20 are named, and the others counted", async () => {
    const { log } = await checked(`id,rate\n${"0,1\n".repeat(25)}`, { rejects: "drop" });
    expect(log).toHaveLength(22);
    expect(log.slice(-3)).toEqual([
      'line 21, column "id": Too small: expected number to be >=1',
      "and 5 more that do not fit",
      "0 rows fit, 25 do not",
    ]);
  });

  test("given an NDJSON, then lines that are no objects are rejects, and the others come out byte for byte", async () => {
    const input =
      '{ "id": 1,"rate":1.50 }\r\nnope\n[1]\n{"id":"1","rate":null}\n{"id":2,"rate":null,"more":12345678901234567890}';
    const { output, log } = await checked(input, { rejects: "drop" });
    expect(output).toBe('{ "id": 1,"rate":1.50 }\r\n{"id":2,"rate":null,"more":12345678901234567890}');
    expect(log[0]).toMatch(/^line 2 is no JSON: /);
    expect(log.slice(1)).toEqual([
      "line 3 is no object",
      'line 4, column "id": Invalid input: expected number, received string',
      "2 rows fit, 3 do not",
    ]);
  });

  test("given objects within, then the fault's place is told", async () => {
    const within = {
      type: "object",
      properties: {
        a: {
          type: "array",
          items: { type: "object", properties: { b: { type: "string" } }, required: ["b"] },
        },
      },
    };
    await expect(checked('{"a":[{"b":"x"},{}]}\n', { schema: within })).rejects.toThrow(
      'column "a[1].b": is missing',
    );
  });

  test.each([
    ["id\n1\n", {}, 'the file lacks "rate"; its columns are "id"'],
    [
      "id,rate,x\n1,1,1\n",
      { additionalProperties: false },
      'the file has "x", and the schema takes no columns but "id"',
    ],
  ])(
    "given the header of %j that fits no row, then it says so before any row",
    async (input, more, message) => {
      await expect(checked(input, { schema: { ...schema, ...more }, rejects: "drop" })).rejects.toThrow(
        message,
      );
    },
  );

  test("given a text that is too long for a pattern, then its row does not fit", async () => {
    const patterned = { type: "object", properties: { a: { type: "string", pattern: "^\\s+$" } } };
    const { log } = await checked(`a\n${" ".repeat(10_001)}\n`, { schema: patterned, rejects: "drop" });
    expect(log[0]).toBe('line 2, column "a": has over 10000 characters, to which no pattern is put');
  });
});

const of = (property: object): object => ({ type: "object", properties: { a: property } });

test.each([
  [{}, "schema"],
  [{ schema: { type: "array" } }, 'must be "object": it is a row that is described'],
  [
    { schema: of({ minLenght: 3 }) },
    "has keywords that are not heeded here: minLenght; there are type, enum,",
  ],
  [{ schema: of({ minLength: 3 }) }, 'is heeded with "type": "string" alone'],
  [{ schema: of({ type: "integer", pattern: "x" }) }, 'is heeded with "type": "string" alone'],
  [{ schema: of({ type: "strnig" }) }, "is none of string, number"],
  [{ schema: of({ type: "string", format: "hostname" }) }, "is none of email, uri"],
  [{ schema: of({ type: "string", pattern: "(" }) }, "Invalid regular expression"],
  [
    { schema: of({ type: "string", pattern: "^(a+)+$" }) },
    "repeats what has a repetition or a choice in itself",
  ],
  [
    { schema: of({ type: "string", pattern: "(a|aa)*" }) },
    "repeats what has a repetition or a choice in itself",
  ],
  [{ schema: of({ not: {} }) }, "has keywords that are not heeded here: not"],
  [{ schema: of({ $ref: "#/$defs/no" }) }, "no"],
  [
    { schema: { ...of({}), required: ["b"] } },
    'names "b", which "properties" does not describe: add {"b":{}}',
  ],
  [{ schema: of({ type: "integer", enum: [1, 2], minimum: 2 }) }, 'is not heeded beside "enum"'],
  [{ schema: of({ $ref: "#/$defs/a", type: "string" }) }, 'is not heeded beside "$ref"'],
  [{ schema: of({ type: "integer", enum: [1, "x"] }) }, 'is another than that of "x"'],
  [{ schema: of({ type: "integer", const: 1.5 }) }, "is another than that of 1.5"],
  [{ schema: of({}), most: 3 }, 'is for "rejects": "drop"'],
])("given the configuration %j, then it is refused: %s", (config, message) => {
  const { error } = validate.config.safeParse(config);
  expect(error && z.prettifyError(error)).toContain(message);
});

test("given columns that all objects have something of, then they are there only where they are", async () => {
  const properties = { toString: { type: "string" }, constructor: { enum: ["x"] }, a: {} };
  const config = { schema: { type: "object", properties, required: ["a"] }, rejects: "drop" };
  for (const input of ["a,__proto__\n1,2\n", '{"a":1,"__proto__":2}\n'])
    expect(await checked(input, config)).toMatchObject({ output: input });
  expect((await checked("a,b\n,1\n", config)).log[0]).toBe('line 2, column "a": is missing');
});

test.each(["^[a-z]+$", "(ab|c)d+", "(?:x{2}y)?", "([+*])+", "\\(a+\\)+", "(a{2,3})b*"])(
  "the pattern %s is taken",
  (pattern) => {
    expect(validate.config.safeParse({ schema: of({ type: "string", pattern }) }).error).toBeUndefined();
  },
);

test.each([
  ["email", "a@b.co", "a"],
  ["uri", "https://a.b/c", "a b"],
  ["uuid", "6a0b37b8-297f-416b-9432-b964f65050e8", "6a0b"],
  ["date", "2024-02-29", "2023-02-29"],
  ["date-time", "2024-02-29T01:02:03+02:00", "2024-02-29"],
  ["time", "01:02:03Z", "25:00:00Z"],
  ["duration", "P1D", "1 day"],
  ["ipv4", "1.2.3.4", "1.2.3.400"],
  ["ipv6", "::1", "1.2.3.4"],
])("the format %s takes %s and not %s", async (format, good, bad) => {
  const { output } = await checked(`a\n${good}\n${bad}\n`, {
    schema: of({ type: "string", format }),
    rejects: "drop",
  });
  expect(output).toBe(`a\n${good}\n`);
});
