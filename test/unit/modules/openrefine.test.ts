import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openrefine } from "../../../modules/openrefine.ts";
import { runModule } from "./run-module.ts";

const all = { facets: [], mode: "row-based" };
const ticked = (columnName: string, values: readonly unknown[], more: object = {}): object => ({
  mode: "row-based",
  facets: [
    {
      type: "list",
      name: columnName,
      expression: "value",
      columnName,
      invert: false,
      omitBlank: false,
      omitError: false,
      selection: values.map((value) => ({ v: { v: value, l: String(value) } })),
      selectBlank: false,
      selectError: false,
      ...more,
    },
  ],
});

/** The rows of a CSV after some operations, its cells between bars. */
const refined = async (input: readonly string[], ...operations: readonly object[]): Promise<string[]> => {
  const { output = "" } = await runModule(openrefine, { input: `${input.join("\n")}\n`, config: operations });
  return output.split("\r\n").slice(0, -1);
};

const transform = (columnName: string, expression: string, more: object = {}): object => ({
  op: "core/text-transform",
  engineConfig: all,
  columnName,
  expression,
  onError: "keep-original",
  repeat: false,
  repeatCount: 10,
  description: `Text transform on cells in column ${columnName} using expression ${expression}`,
  ...more,
});

describe("the operations on columns", () => {
  const input = ["a,b,c", "1,2,3"];
  test.each([
    ["renames", { op: "core/column-rename", oldColumnName: "a", newColumnName: "z" }, ["z,b,c", "1,2,3"]],
    ["removes", { op: "core/column-removal", columnName: "b" }, ["a,c", "1,3"]],
    ["puts in order", { op: "core/column-reorder", columnNames: ["c", "a"] }, ["c,a", "3,1"]],
    ["moves to the end", { op: "core/column-move", columnName: "a", index: 2 }, ["b,c,a", "2,3,1"]],
    ["moves to the beginning", { op: "core/column-move", columnName: "c", index: 0 }, ["c,a,b", "3,1,2"]],
  ])("%s", async (_what, operation, expected) => {
    expect(await refined(input, { description: "as OpenRefine says it", ...operation })).toEqual(expected);
  });

  test("add one, at its place, and blank or the original where there is no value", async () => {
    const addition = (onError: string): object => ({
      op: "core/column-addition",
      engineConfig: all,
      baseColumnName: "b",
      expression: 'grel:value.toNumber() + cells["a"].value.toNumber()',
      onError,
      newColumnName: "sum",
      columnInsertIndex: 1,
    });
    const rows = ["a,b", "1,2.50", "1,x", "1,"];
    expect(await refined(rows, addition("set-to-blank"))).toEqual(["a,sum,b", "1,3.5,2.50", "1,,x", "1,,"]);
    expect(await refined(rows, addition("keep-original"))).toEqual(["a,sum,b", "1,3.5,2.50", "1,x,x", "1,,"]);
  });

  const split = (more: object): object => ({
    op: "core/column-split",
    engineConfig: all,
    columnName: "n",
    guessCellType: false,
    removeOriginalColumn: true,
    mode: "separator",
    separator: " ",
    regex: false,
    maxColumns: 0,
    ...more,
  });

  test("split one over as many as the cell of the most parts has", async () => {
    const rows = ["n,n 1,z", "a b c,1,2", ",3,4", "007 8,5,6"];
    expect(await refined(rows, split({}))).toEqual([
      "n 2,n 3,n 4,n 1,z",
      "a,b,c,1,2",
      ",,,3,4",
      "007,8,,5,6",
    ]);
    expect(
      await refined(rows, split({ maxColumns: 2, removeOriginalColumn: false, guessCellType: true })),
    ).toEqual(["n,n 2,n 3,n 1,z", "a b c,a,b c,1,2", ",,,3,4", "007 8,7,8,5,6"]);
    expect(
      await refined(rows, {
        op: "core/column-split",
        engineConfig: ticked("z", ["2"]),
        columnName: "n",
        removeOriginalColumn: true,
        mode: "lengths",
        fieldLengths: [1, 1, 2],
      }),
    ).toEqual(["n 2,n 3,n 4,n 1,z", "a, ,b ,1,2", ",,,3,4", ",,,5,6"]);
  });

  test("split what another split made, and rename that", async () => {
    expect(
      await refined(["n", "a-b c", "x d-e-f"], split({}), split({ columnName: "n 2", separator: "-" }), {
        op: "core/column-rename",
        oldColumnName: "n 2 3",
        newColumnName: "last",
      }),
    ).toEqual(["n 1,n 2 1,n 2 2,last", "a-b,c,,", "x,d,e,f"]);
  });
});

describe("the operations on cells", () => {
  test("transform each, and keep the original or none where there is no value", async () => {
    expect(await refined(["a", " x ", "y"], transform("a", "value.trim().toUppercase()"))).toEqual([
      "a",
      "X",
      "Y",
    ]);
    expect(await refined(["a,b", "1.50,1", "x,2"], transform("a", "value.toNumber()"))).toEqual([
      "a,b",
      "1.5,1",
      "x,2",
    ]);
    expect(
      await refined(["a,b", "x,2"], transform("a", "value.toNumber()", { onError: "set-to-blank" })),
    ).toEqual(["a,b", ",2"]);
    expect(await refined(["a,b", "x,2"], transform("a", "null"))).toEqual(["a,b", ",2"]);
    expect(await refined(["a,b", '"x,y",2'], transform("a", "value.split(',')"))).toEqual(["a,b", '"x,y",2']);
  });

  test("transform them again until they stay the same, so often at most", async () => {
    const rows = ["a", "xxxxx"];
    const shorter = "value.substring(0, -1).replace('xx', 'x')";
    expect(await refined(rows, transform("a", "value.replace('xx', 'x')", { repeat: true }))).toEqual([
      "a",
      "x",
    ]);
    expect(await refined(rows, transform("a", shorter, { repeat: true, repeatCount: 0 }))).toEqual([
      "a",
      "xx",
    ]);
    expect(
      await refined(rows, transform("a", "value.replace('xx', 'x')", { repeat: true, repeatCount: 1 })),
    ).toEqual(["a", "xx"]);
  });

  test("edit many, those of the last edit that names a value", async () => {
    const edit = {
      op: "core/mass-edit",
      engineConfig: all,
      columnName: "city",
      expression: "value",
      edits: [
        { from: ["BsAs", "Bs. As."], fromBlank: false, fromError: false, to: "Buenos Aires" },
        { from: ["BsAs"], fromBlank: false, fromError: false, to: "CABA" },
        { from: [], fromBlank: true, fromError: false, to: "none" },
        { from: [""], fromBlank: false, fromError: false, to: "?" },
      ],
    };
    expect(await refined(["id,city", "1,BsAs", "2,Bs. As.", "3,", "4,Rosario"], edit)).toEqual([
      "id,city",
      "1,CABA",
      "2,Buenos Aires",
      "3,?",
      "4,Rosario",
    ]);
  });

  test("fill down, and blank down", async () => {
    const of = (op: string, engineConfig: object = all): object => ({ op, engineConfig, columnName: "a" });
    expect(await refined(["a,b", ",1", "x,2", ",3", "y,4", ",5"], of("core/fill-down"))).toEqual([
      "a,b",
      ",1",
      "x,2",
      "x,3",
      "y,4",
      "y,5",
    ]);
    expect(await refined(["a,b", "x,1", "x,2", ",3", "x,4", "x,5"], of("core/blank-down"))).toEqual([
      "a,b",
      "x,1",
      ",2",
      ",3",
      "x,4",
      ",5",
    ]);
    expect(await refined(["a,b", "x,1", ",2", ",1"], of("core/fill-down", ticked("b", ["1"])))).toEqual([
      "a,b",
      "x,1",
      ",2",
      "x,1",
    ]);
  });

  test("split those of many values over rows, and join them again", async () => {
    const names = { columnName: "v", keyColumnName: "k" };
    const split = {
      op: "core/multivalued-cell-split",
      ...names,
      mode: "separator",
      separator: ";",
      regex: false,
    };
    const join = { op: "core/multivalued-cell-join", ...names, separator: ";" };
    const rows = ["k,v,w", '1,"a;b;c",x', ",,y", "2,d,z", '3,"e;f",'];
    const apart = ["k,v,w", "1,a,x", ",b,y", ",c,", "2,d,z", "3,e,", ",f,"];
    expect(await refined(rows, split)).toEqual(apart);
    expect(await refined(apart, join)).toEqual(rows);
    expect(await refined(rows, split, join)).toEqual(rows);
    expect(await refined(["k,v", '1,"a;b"', "2,", ",x"], split)).toEqual(["k,v", "1,a", ",b", "2,", ",x"]);
    const lengths = { op: "core/multivalued-cell-split", ...names, mode: "lengths", fieldLengths: [1, 2] };
    expect(await refined(["k,v", "1,abc"], lengths)).toEqual(["k,v", "1,a", ",bc"]);
  });

  test("a record of too many rows is refused", async () => {
    const join = { op: "core/multivalued-cell-join", columnName: "v", keyColumnName: "k", separator: ";" };
    const rows = ["k,v", "1,a", ...Array.from({ length: 10_000 }, () => ",b")];
    await expect(refined(rows, join)).rejects.toThrow(
      'a record is of over 10000 rows or 16777216 characters: its key is "1"',
    );
  });
});

describe("the rows that an operation is for", () => {
  const remove = (engineConfig: object): object => ({
    op: "core/row-removal",
    engineConfig,
    description: "Remove rows",
  });
  const rows = ["a", "x", "y", "Xy", '""', "3"];
  const filter = (query: string, more: object = {}): object => ({
    mode: "row-based",
    facets: [
      {
        type: "text",
        name: "a",
        columnName: "a",
        mode: "text",
        caseSensitive: false,
        invert: false,
        query,
        ...more,
      },
    ],
  });

  test.each([
    ["a value", ticked("a", ["x", "3"]), ["y", "Xy", '""']],
    ["the others", ticked("a", ["x"], { invert: true }), ["x"]],
    ["blanks", ticked("a", [], { selectBlank: true }), ["x", "y", "Xy", "3"]],
    ["none that is ticked", ticked("a", []), []],
    ["what an expression says", ticked("a", [true], { expression: "isBlank(value)" }), ["x", "y", "Xy", "3"]],
    ["numbers", ticked("a", [3], { expression: "value.toNumber()" }), ["x", "y", "Xy", '""']],
    ["faults", ticked("a", [], { expression: "value.toNumber()", selectError: true }), ["3"]],
    [
      "one of a list",
      ticked("a", ["y"], { expression: 'value.replace("X", "x ").split(" ")' }),
      ["x", '""', "3"],
    ],
    ["a text", filter("x"), ["y", '""', "3"]],
    ["a text, in its case", filter("X", { caseSensitive: true }), ["x", "y", '""', "3"]],
    ["all but a text", filter("x", { invert: true }), ["x", "Xy"]],
    ["no text", filter(""), []],
    ["no facet", all, []],
    ["nothing said", undefined, []],
  ])("are told by %s", async (_what, engineConfig, left) => {
    const operation = engineConfig === undefined ? { op: "core/row-removal" } : remove(engineConfig);
    expect(await refined(rows, operation)).toEqual(["a", ...left]);
  });
});

test("given a history of several operations, then they are done one behind the other; the log says how many rows", async () => {
  const config = {
    delimiter: ";",
    operations: [
      transform("Name", "value.trim()"),
      { op: "core/column-rename", oldColumnName: "Name", newColumnName: "name" },
      { op: "core/row-removal", engineConfig: ticked("name", [], { selectBlank: true }) },
    ],
  };
  const { output, result, log } = await runModule(openrefine, {
    input: "id;Name\n1; Ana\n2;\n3; \n",
    config,
  });
  expect(output).toBe("id;name\r\n1;Ana\r\n");
  expect(result).toEqual({ rows: 1, read: 3 });
  expect(log).toEqual(["3 rows read, 3 operations, 1 rows written"]);
});

test.each([
  [
    [{ op: "core/recon", columnName: "a" }],
    "operation 1 (core/recon): is not supported, only core/column-rename,",
  ],
  [
    [{ op: "core/column-removal", columnName: "a" }, transform("a", "value.reverse()")],
    'operation 2 (core/text-transform): "value.reverse()": the function reverse is not supported, at character 7',
  ],
  [[transform("a", "jython:return 1")], "jython is not supported, only GREL"],
  [
    [transform("a", "value", { onError: "store-error" })],
    '"store-error" is not supported, only "keep-original"',
  ],
  [
    [transform("a", "value", { engineConfig: { facets: [], mode: "record-based" } })],
    "the mode of records is not supported",
  ],
  [
    [transform("a", "value", { engineConfig: { facets: [{ type: "range", columnName: "a" }] } })],
    'a facet of the type "range" is not supported, only "list" and "text"',
  ],
  [
    [
      transform("a", "value", {
        engineConfig: { facets: [{ type: "text", columnName: "a", mode: "regex", query: "x" }] },
      }),
    ],
    "a text filter by a regular expression is not supported",
  ],
  [
    [
      {
        op: "core/column-split",
        engineConfig: all,
        columnName: "a",
        mode: "separator",
        separator: "x",
        regex: true,
      },
    ],
    "operation 1 (core/column-split): a split by a regular expression is not supported",
  ],
  [[{ op: "core/column-rename", oldColumnName: "a" }], "operation 1 (core/column-rename): "],
  [[{ op: "core/column-removal", columnName: "a", more: 1 }], 'Unrecognized key: "more"'],
  [[], "Too small"],
  [["x"], 'must be an operation: an object with "op"'],
  [{}, "operations"],
])("given the history %j, then it is refused before a row is read: %s", (config, message) => {
  const { error } = openrefine.config.safeParse(config);
  expect(error && z.prettifyError(error)).toContain(message);
});

test.each([
  [
    [{ op: "core/column-removal", columnName: "z" }],
    'operation 1 (core/column-removal): the file has no column "z": it has "a", "b"',
  ],
  [
    [{ op: "core/column-removal", columnName: "a" }, transform("b", "cells.a.value")],
    'operation 2 (core/text-transform): the file has no column "a": it has "b"',
  ],
  [
    [{ op: "core/column-rename", oldColumnName: "a", newColumnName: "b" }],
    'operation 1 (core/column-rename): there is a column "b" already',
  ],
  [
    [
      {
        op: "core/column-addition",
        engineConfig: all,
        baseColumnName: "a",
        expression: "value",
        onError: "set-to-blank",
        newColumnName: "c",
        columnInsertIndex: 3,
      },
    ],
    'operation 1 (core/column-addition): "columnInsertIndex" is 3, and there are 2 columns',
  ],
  [
    [{ op: "core/row-removal", engineConfig: ticked("c", ["x"]) }],
    'operation 1 (core/row-removal): the file has no column "c"',
  ],
  [
    [
      { op: "core/column-removal", columnName: "a" },
      { op: "core/column-removal", columnName: "b" },
    ],
    "no column would be left",
  ],
])(
  "given the history %j over a file that is not made for it, then it says: %s",
  async (operations, message) => {
    // The second row is none: it would be told if it had been read.
    await expect(refined(["a,b", "1"], ...operations)).rejects.toThrow(message);
  },
);
