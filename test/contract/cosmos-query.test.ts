import type { Container, JSONValue } from "@azure/cosmos";
import { beforeAll, describe, expect, it } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();
let container: Container;

const items = [
  { id: "1", key: "a", n: 1, name: "Ada", tags: ["x", "y"], size: { w: 2, h: 3 }, on: true, mixed: "5" },
  { id: "2", key: "a", n: 2, name: "Bob", tags: [], size: { w: 5, h: 1 }, on: false, mixed: 5, gone: null },
  { id: "3", key: "b", n: 3, name: "Cyd", tags: ["y", "z"], on: true, mixed: null },
  {
    id: "4",
    key: "b",
    n: 4,
    name: "ada lovelace",
    parts: [
      { k: 1, v: ["p"] },
      { k: 2, v: ["q", "r"] },
    ],
    mixed: true,
  },
];

beforeAll(async () => {
  container = await account.container();
  for (const item of items) await container.items.create(item);
});

async function rows(query: string, parameters: Record<string, JSONValue> = {}): Promise<unknown[]> {
  const list = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return (await container.items.query({ query, parameters: list }).fetchAll()).resources as unknown[];
}

/** What `SELECT VALUE c.id … WHERE …` finds. */
const filters: [string, string[]][] = [
  // Comparison: by type, undefined where types differ.
  ["c.n = 2", ["2"]],
  ["c.n != 2", ["1", "3", "4"]],
  ["c.n > 1 AND c.n <= 3", ["2", "3"]],
  ["2 < c.n", ["3", "4"]],
  ["c.mixed = 5", ["2"]],
  ["c.mixed = '5'", ["1"]],
  ["c.mixed = null", ["3"]],
  ["c.mixed = true", ["4"]],
  ["c.mixed != 5", ["1", "3", "4"]],
  ["NOT (c.mixed = 5)", ["1", "3", "4"]],
  ["c.mixed != null", ["1", "2", "4"]],
  ["c.gone != null", []],
  ["c.size != {w: 2, h: 3}", ["2"]],
  ["c.tags != [] AND c.id != 5", ["1", "3"]],
  ["(c.mixed != null ? c.mixed : 7) = 7", ["3"]],
  ["c.mixed > 4", ["2"]],
  ["c.none = c.none", []],
  ["c.none != 1", []],
  ["c.gone = null", ["2"]],
  ["c.gone = undefined", []],
  ["c.size = {h: 3, w: 2}", ["1"]],
  ["c.tags = ['y', 'z']", ["3"]],
  ["c.name < 'B'", ["1"]],
  ["c.id = '3'", ["3"]],
  ["c.id = 3", []],
  ["c.key = 'b' AND c.id > '3'", ["4"]],
  // Logic of three values.
  ["c.none = 1 OR c.n = 1", ["1"]],
  ["NOT (c.none = 1 AND c.n = 1)", ["2", "3", "4"]],
  ["NOT (c.none = 1)", []],
  ["NOT c.on", ["2"]],
  ["c.on", ["1", "3"]],
  ["c.n", []],
  ["true", ["1", "2", "3", "4"]],
  ["c.n = 1 OR c.n = 2 AND c.on", ["1"]],
  // IN, BETWEEN, LIKE.
  ["c.n IN (1, 4, '2')", ["1", "4"]],
  ["c.n NOT IN (1, 4)", ["2", "3"]],
  ["c.id IN ('1', '9')", ["1"]],
  ["c.key IN ('b')", ["3", "4"]],
  ["c.n BETWEEN 2 AND 3", ["2", "3"]],
  ["c.n NOT BETWEEN 2 AND 3", ["1", "4"]],
  ["c.name BETWEEN 'B' AND 'D'", ["2", "3"]],
  ["c.name LIKE '%d%'", ["1", "3", "4"]],
  ["c.name LIKE 'A_a'", ["1"]],
  ["c.name LIKE '[A-B]%'", ["1", "2"]],
  ["c.name LIKE '[^A-B]%'", ["3", "4"]],
  ["c.name NOT LIKE 'A%'", ["2", "3", "4"]],
  ["'50%' LIKE '50!%' ESCAPE '!' AND c.n = 1", ["1"]],
  // Types.
  ["IS_DEFINED(c.gone)", ["2"]],
  ["NOT IS_DEFINED(c.gone)", ["1", "3", "4"]],
  ["IS_NULL(c.gone)", ["2"]],
  ["IS_STRING(c.mixed)", ["1"]],
  ["IS_NUMBER(c.mixed)", ["2"]],
  ["IS_BOOL(c.mixed)", ["4"]],
  ["IS_PRIMITIVE(c.size)", []],
  ["IS_OBJECT(c.size)", ["1", "2"]],
  ["IS_ARRAY(c.tags)", ["1", "2", "3"]],
  // Paths, functions and subqueries in conditions.
  ["c.size.w * c.size.h = 6", ["1"]],
  ["c['size']['w'] = 5", ["2"]],
  ["c.tags[0] = 'y'", ["3"]],
  ["c.parts[1].v[0] = 'q'", ["4"]],
  ["ARRAY_CONTAINS(c.tags, 'y')", ["1", "3"]],
  ["ARRAY_CONTAINS(c.parts, {k: 2}, true)", ["4"]],
  ["STARTSWITH(c.name, 'A')", ["1"]],
  ["STARTSWITH(c.name, 'A', true)", ["1", "4"]],
  ["CONTAINS(UPPER(c.name), 'LOVE')", ["4"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'z')", ["3"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags)", ["1", "3"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'z' OR STARTSWITH(t, 'x'))", ["1", "3"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t != 'x' AND c.n = 1)", ["1"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags WHERE UPPER(t) = 'Z')", ["3"]],
  ["EXISTS(SELECT VALUE t FROM t IN c.tags WHERE STARTSWITH(CONCAT('a', t), 'az'))", ["3"]],
  ["EXISTS(SELECT VALUE p FROM p IN c.parts WHERE p.k = 2 AND p.v[1] = 'r')", ["4"]],
  ["EXISTS(SELECT VALUE COUNT(1) FROM t IN c.tags WHERE t = 'nothing')", ["1", "2", "3", "4"]],
  ["NOT EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'z')", ["1", "2", "4"]],
  ["c.n = 1 OR EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'z')", ["1", "3"]],
  ["ARRAY_LENGTH(ARRAY(SELECT VALUE p.k FROM p IN c.parts)) = 2", ["4"]],
  ["(SELECT VALUE COUNT(1) FROM t IN c.tags) = 2", ["1", "3"]],
  [
    "(c.id = '1' AND c.key = 'a') OR (c.id = '4' AND c.key = 'b') OR (c.id = '2' AND c.key = 'b')",
    ["1", "4"],
  ],
];

/** What `SELECT VALUE <expression> FROM c WHERE c.id = '1'` comes to; undefined: no result. */
const expressions: [string, unknown][] = [
  ["1 + 2 * 3 - 4 / 2", 5],
  ["(1 + 2) * -3", -9],
  ["7 % 4", 3],
  ["5 & 3 | 8 ^ 1", 9],
  ["1 << 3", 8],
  ["-8 >>> 28", 15],
  ["1 / 0", undefined],
  ["'a' || 'b' || c.key", "aba"],
  ["'a' || 1", undefined],
  ["c.none ?? 'other'", "other"],
  ["c.gone ?? 1 ?? 2", 1],
  ["c.n > 0 ? 'plus' : 'minus'", "plus"],
  ["IIF(c.n > 5, 'big', 'small')", "small"],
  ["{a: c.n, b: c.none, 'c d': [1, c.none, null]}", { a: 1, "c d": [1, null] }],
  ["[c.size.w, c['size'].h][1]", 3],
  ["c.size", { w: 2, h: 3 }],
  ["'it\\'s \\u00e9 \\n'", "it's é \n"],
  ["0x1F", 31],
  ["1.5e3", 1500],
  ["CONCAT('a', 'b', 'c')", "abc"],
  ["INDEX_OF('hello', 'l')", 2],
  ["INDEX_OF('hello', 'z')", -1],
  ["LEFT('hello', 2) || RIGHT('hello', 2)", "helo"],
  ["LENGTH('häß')", 3],
  ["LOWER('ABC') || TRIM('  x ')", "abcx"],
  ["REPLACE('a-b-c', '-', '$&')", "a$&b$&c"],
  ["REPLICATE('ab', 3)", "ababab"],
  ["REVERSE('abc')", "cba"],
  ["SUBSTRING('hello', 1, 3)", "ell"],
  ["STRINGEQUALS('A', 'a', true)", true],
  ["ENDSWITH('hello', 'LO')", false],
  ["REGEXMATCH('Order 66', '^order \\\\d+$', 'i')", true],
  ["TOSTRING(c.size)", '{"w":2,"h":3}'],
  ["STRINGTONUMBER('1e2')", 100],
  ["STRINGTOBOOLEAN(' true')", true],
  ["STRINGTOARRAY('[1, 2]')", [1, 2]],
  ["STRINGTOOBJECT('nope')", undefined],
  ["STRINGSPLIT('a,b', ',')", ["a", "b"]],
  ["STRINGJOIN(['a', 'b'], '-')", "a-b"],
  ["ARRAY_CONCAT([1], [2, 3])", [1, 2, 3]],
  ["ARRAY_SLICE([1, 2, 3, 4], -3, 2)", [2, 3]],
  ["ARRAY_CONTAINS_ANY(c.tags, 'q', 'y')", true],
  ["ARRAY_CONTAINS_ALL(c.tags, 'q', 'y')", false],
  ["SETUNION([1, 2, 2], [2, 3])", [1, 2, 3]],
  ["SETINTERSECT([1, 2, 2], [2, 3])", [2]],
  [
    "OBJECTTOARRAY(c.size)",
    [
      { k: "w", v: 2 },
      { k: "h", v: 3 },
    ],
  ],
  ["CHOOSE(2, 'a', 'b')", "b"],
  ["ABS(-2) + CEILING(1.2) + FLOOR(-1.2)", 2],
  ["ROUND(-2.5)", -3],
  ["ROUND(2.345, 2)", 2.35],
  ["POWER(2, 10) + SQRT(16)", 1028],
  ["SIGN(-3) + TRUNC(2.9)", 1],
  ["LOG(8, 2)", 3],
  ["INTADD(20, 22)", 42],
  ["NUMBERBIN(37, 10)", 30],
  ["DATETIMEADD('mm', 1, '2024-01-31T10:00:00.0000000Z')", "2024-02-29T10:00:00.0000000Z"],
  ["DATETIMEDIFF('day', '2024-02-28T23:00:00Z', '2024-03-01T01:00:00Z')", 2],
  ["DATETIMEPART('hour', '2024-01-31T10:00:00Z')", 10],
  ["DATETIMEBIN('2024-01-31T10:17:00Z', 'minute', 15)", "2024-01-31T10:15:00.0000000Z"],
  ["DATETIMEFROMPARTS(2024, 2, 3)", "2024-02-03T00:00:00.0000000Z"],
  ["TIMESTAMPTODATETIME(0)", "1970-01-01T00:00:00.0000000Z"],
  ["DATETIMETOTIMESTAMP('1970-01-02T00:00:00Z')", 86_400_000],
  ["TICKSTODATETIME(DATETIMETOTICKS('2024-01-31T10:00:00Z'))", "2024-01-31T10:00:00.0000000Z"],
  ["GETCURRENTTIMESTAMP() > 1600000000000", true],
];

/** Whole queries and their results. */
const queries: [string, unknown[]][] = [
  [
    "SELECT c.id, c.n AS number, c.none FROM c WHERE c.n < 3",
    [
      { id: "1", number: 1 },
      { id: "2", number: 2 },
    ],
  ],
  ["SELECT c.n + 1, c.n name, UPPER(c.name) FROM c WHERE c.n = 1", [{ $1: 2, name: 1, $2: "ADA" }]],
  ["SELECT VALUE c.none FROM c", []],
  ["SELECT c FROM c WHERE false", []],
  ["SELECT VALUE 1 + 1", [2]],
  ["SELECT DISTINCT VALUE c.key FROM c", ["a", "b"]],
  [
    "SELECT DISTINCT c.key, c.on FROM c WHERE IS_DEFINED(c.on)",
    [
      { key: "a", on: true },
      { key: "a", on: false },
      { key: "b", on: true },
    ],
  ],
  ["SELECT TOP 2 VALUE c.id FROM c ORDER BY c.n DESC", ["4", "3"]],
  ["SELECT VALUE c.id FROM c ORDER BY c.name", ["1", "2", "3", "4"]],
  ["SELECT VALUE c.id FROM c ORDER BY c.mixed", ["3", "4", "2", "1"]],
  ["SELECT VALUE c.id FROM c ORDER BY c.mixed DESC", ["1", "2", "4", "3"]],
  ["SELECT VALUE c.id FROM c ORDER BY c.size.w", ["3", "4", "1", "2"]],
  ["SELECT VALUE c.id FROM c ORDER BY c.n OFFSET 1 LIMIT 2", ["2", "3"]],
  ["SELECT VALUE root.id FROM root WHERE root.n = 1", ["1"]],
  ["select value c.id from c where c.n = 1 -- a comment", ["1"]],
  [
    "SELECT c.id, t FROM c JOIN t IN c.tags",
    [
      { id: "1", t: "x" },
      { id: "1", t: "y" },
      { id: "3", t: "y" },
      { id: "3", t: "z" },
    ],
  ],
  ["SELECT VALUE v FROM c JOIN p IN c.parts JOIN v IN p.v WHERE p.k = 2", ["q", "r"]],
  ["SELECT VALUE t FROM t IN c.tags", ["x", "y", "y", "z"]],
  [
    "SELECT * FROM c.size",
    [
      { w: 2, h: 3 },
      { w: 5, h: 1 },
    ],
  ],
  ["SELECT VALUE s.w FROM c JOIN (SELECT VALUE c.size) AS s", [2, 5]],
  ["SELECT VALUE t FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t > 'x') AS t", ["y", "y", "z"]],
  [
    "SELECT c.id, ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags) AS up FROM c WHERE c.n = 3",
    [{ id: "3", up: ["Y", "Z"] }],
  ],
  ["SELECT VALUE COUNT(1) FROM c", [4]],
  ["SELECT VALUE COUNT(c.size) FROM c", [2]],
  ["SELECT VALUE COUNT(1) FROM c WHERE c.n > 100", [0]],
  [
    "SELECT SUM(c.n) AS s, AVG(c.n) AS a, MIN(c.n) AS lo, MAX(c.name) AS hi FROM c",
    [{ s: 10, a: 2.5, lo: 1, hi: "ada lovelace" }],
  ],
  ["SELECT VALUE SUM(c.mixed) FROM c", []],
  ["SELECT VALUE AVG(c.none) FROM c", []],
  [
    "SELECT COUNT(1) AS n, c.key FROM c GROUP BY c.key",
    [
      { n: 2, key: "a" },
      { n: 2, key: "b" },
    ],
  ],
  ["SELECT c.on, SUM(c.n) AS s FROM c GROUP BY c.on", [{ on: true, s: 4 }, { on: false, s: 2 }, { s: 4 }]],
  ["SELECT VALUE MAX(c.n) FROM c GROUP BY c.key", [2, 4]],
  [
    "SELECT t, COUNT(1) AS n FROM c JOIN t IN c.tags GROUP BY t",
    [
      { t: "x", n: 1 },
      { t: "y", n: 2 },
      { t: "z", n: 1 },
    ],
  ],
  ["SELECT VALUE COUNT(1) FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t != 'x')", [3]],
  [
    "SELECT VALUE u.name FROM c JOIN u IN (SELECT VALUE [{k: 'x', name: 'ex'}, {k: 'y', name: 'why'}]) WHERE ARRAY_CONTAINS(c.tags, u.k)",
    ["ex", "why", "why"],
  ],
];

describe("WHERE", () => {
  it.each(filters)("%s", async (filter, ids) => {
    expect(await rows(`SELECT VALUE c.id FROM c WHERE ${filter}`)).toEqual(ids);
  });
});

describe("expressions", () => {
  it.each(expressions)("%s", async (expression, value) => {
    expect(await rows(`SELECT VALUE ${expression} FROM c WHERE c.id = '1'`)).toEqual(
      value === undefined ? [] : [value],
    );
  });
});

describe("queries", () => {
  it.each(queries)("%s", async (query, expected) => {
    expect(await rows(query)).toEqual(expected);
  });

  it("give whole items with SELECT *", async () => {
    const [item] = await rows("SELECT * FROM c WHERE c.n = 3");
    expect(item).toEqual((await container.item("3", "b").read()).resource);
  });

  it("take parameters, also in TOP, OFFSET and LIMIT", async () => {
    const query =
      "SELECT TOP @top VALUE c.id FROM c WHERE c.n > @n AND ARRAY_CONTAINS(@keys, c.key) ORDER BY c.n";
    expect(await rows(query, { "@n": 1, "@keys": ["b"], "@top": 1 })).toEqual(["3"]);
    const page = "SELECT VALUE c.id FROM c ORDER BY c.n OFFSET @skip LIMIT @take";
    expect(await rows(page, { "@skip": 2, "@take": 1 })).toEqual(["3"]);
  });

  it("keep to the partition they are given", async () => {
    const query = "SELECT VALUE c.id FROM c WHERE c.n > 0";
    const { resources } = await container.items.query(query, { partitionKey: "b" }).fetchAll();
    expect(resources).toEqual(["3", "4"]);
    const count = await container.items
      .query("SELECT VALUE COUNT(1) FROM c", { partitionKey: "a" })
      .fetchAll();
    expect(count.resources).toEqual([2]);
  });

  it("run with a query plan as well", async () => {
    const { resources } = await container.items
      .query("SELECT c.key, COUNT(1) AS n FROM c GROUP BY c.key", { forceQueryPlan: true })
      .fetchAll();
    expect(resources).toEqual([
      { key: "a", n: 2 },
      { key: "b", n: 2 },
    ]);
  });
});

describe("what cannot be run is refused with the place", () => {
  it.each([
    ["SELECT * FROM c WHERE", "line 1, column 22"],
    ["SELECT *\nFROM c\nWHERE c.n ==", "line 3, column 12"],
    ["SELECT * FROM c WHERE c.n = 'open", "no closing quote"],
    ["SELECT * FROM c WHERE x.n = 1", "Identifier 'x' could not be resolved"],
    ["SELECT * FROM c WHERE NOSUCH(c.n)", "'NOSUCH' is not a function"],
    ["SELECT * FROM c WHERE UPPER(c.n, 1)", "UPPER takes 1 argument"],
    ["SELECT * FROM c WHERE c.n = @missing", "'@missing' has no value"],
    ["SELECT * FROM c WHERE udf.f(c.n)", "User-defined functions"],
    ["SELECT * FROM c WHERE COUNT(1) > 1", "not allowed here"],
    ["SELECT c.n, COUNT(1) FROM c", "GROUP BY"],
    ["SELECT c.key FROM c GROUP BY c.key ORDER BY c.key", "ORDER BY"],
    ["SELECT * FROM c JOIN t IN c.tags", "single input set"],
    ["SELECT * FROM c ORDER BY c.n + 1", "document path"],
    ["SELECT * FROM c ORDER BY c.n, c.name", "composite index"],
    ["SELECT * FROM c LIMIT 1", "should end here"],
    ["SELECT TOP -1 * FROM c", "number"],
    ["DELETE FROM c", "'SELECT' is expected"],
    [`SELECT VALUE ${"(".repeat(5000)}1${")".repeat(5000)}`, "nested too deeply"],
  ])("%.60s", async (query, reason) => {
    const refused = await refusal(container.items.query(query).fetchAll());
    expect(refused.code).toBe(400);
    expect(refused.message).toContain(reason);
  });
});
