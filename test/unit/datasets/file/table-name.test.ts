import fc from "fast-check";
import { expect, test } from "vitest";
import { isTableName, tableNameOf } from "../../../../engine/datasets/file/names/table-name.ts";
import { FileFaultError } from "../../../../engine/errors/file-fault-error.ts";

test("a file's name becomes a table's", () => {
  for (const [file, table] of [
    ["titanic.csv", "titanic"],
    ["Titanic (1).CSV.gz", "titanic_1"],
    ["titanic.csv.zip.gz", "titanic"],
    ["titanic.csv .gz ", "titanic"],
    ["/home/ana/Ventas 2024.tsv", "ventas_2024"],
    ["C:\\data\\Año Niño.txt", "ano_nino"],
    ["Straße Ærø Łódź œuvre þing.csv", "strasse_aero_lodz_oeuvre_thing"],
    ["İstanbul ıssız.csv", "istanbul_issiz"],
    ["ﬁle ① Ｗｉｄｅ.csv", "file_1_wide"],
    ["2024-01.csv", "t_2024_01"],
    ["data.v2.csv", "data_v2"],
    ["_datasets.csv", "datasets"],
    ["a`; DROP TABLE x--.csv", "a_drop_table_x"],
    ["csv", "csv"],
    [`${"a".repeat(59)} b.csv`, "a".repeat(59)],
    [`${"1".repeat(80)}.csv`, `t_${"1".repeat(58)}`],
  ] as const) {
    expect(tableNameOf(file)).toBe(table);
  }
});

test("a file whose name leaves nothing asks for one", () => {
  for (const file of ["", ".csv", "表.csv", "___.csv", "folder/", "👍.csv.gz"]) {
    expect(() => tableNameOf(file)).toThrow(FileFaultError);
  }
  expect(() => tableNameOf("表.csv")).toThrow('from the file name "表.csv": give one with ?name=');
});

test("whatever the file is called, its table's name is one, stays one, and is the same for its packed file", () => {
  const name = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.string({
      unit: fc.constantFrom("a", "Z", "7", "_", ".", " ", "ñ", "ß", ".csv", ".gz", "\n"),
      maxLength: 100,
    }),
  );
  fc.assert(
    fc.property(name, (file) => {
      // One that leaves nothing has no name.
      fc.pre(/[a-z0-9]/i.test(file.normalize("NFKD").replaceAll(/csv|gz|[./\\]/gi, "")));
      fc.pre(!/[/\\]/.test(file));
      const table = tableNameOf(file);
      expect(isTableName(table)).toBe(true);
      expect(table.length).toBeLessThanOrEqual(60);
      expect(table).not.toMatch(/__|_$/);
      expect(tableNameOf(table)).toBe(table);
      expect(tableNameOf(`${file}.CSV.gz`)).toBe(table);
    }),
  );
});

test("a table's name is lower case, begins with a letter, and has at most 64 characters", () => {
  for (const name of ["a", "t_1", "a__b_", "a".repeat(64)]) expect(isTableName(name)).toBe(true);
  for (const name of ["", "A", "1a", "_a", "a-b", "a b", "ñ", "a\n", "a".repeat(65), "a`b"]) {
    expect(isTableName(name)).toBe(false);
  }
});
