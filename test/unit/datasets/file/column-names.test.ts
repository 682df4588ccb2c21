import fc from "fast-check";
import { expect, test } from "vitest";
import { columnNamesOf } from "../../../../engine/datasets/file/names/column-names.ts";
import { foldedName } from "../../../../engine/datasets/file/names/folded.ts";

function namesOf(...header: readonly string[]): readonly string[] {
  return columnNamesOf(header).names;
}

test("a header stays as it is where it can", () => {
  const header = [
    "PassengerId",
    "Apellido y nombre",
    "año",
    "ano",
    "a.b",
    "a`b",
    "precio (€)",
    "100 %",
    "?",
    "select",
  ];
  expect(columnNamesOf(header)).toEqual({ names: header, notes: [] });
  expect(columnNamesOf(["\ufeff id ", "\tname\n"])).toEqual({ names: ["id", "name"], notes: [] });
});

test("a blank one is named for its place", () => {
  expect(columnNamesOf(["id", " ", ""])).toEqual({
    names: ["id", "column_2", "column_3"],
    notes: [
      { column: 2, header: " ", name: "column_2", why: "blank" },
      { column: 3, header: "", name: "column_3", why: "blank" },
    ],
  });
});

test("the first of several with one name keeps it", () => {
  expect(columnNamesOf(["id", "ID", "Id", "name"])).toEqual({
    names: ["id", "ID_2", "Id_3", "name"],
    notes: [
      { column: 2, header: "ID", name: "ID_2", why: "duplicate" },
      { column: 3, header: "Id", name: "Id_3", why: "duplicate" },
    ],
  });
  expect(namesOf("id", "id", "id_2", "id")).toEqual(["id", "id_3", "id_2", "id_4"]);
  expect(namesOf("id_2", "id", "id", "ID_3", "id")).toEqual(["id_2", "id", "id_4", "ID_3", "id_5"]);
});

test("names are the same that MySQL takes for the same: whatever the case, but accents count", () => {
  expect(namesOf("Año", "aÑo", "ano")).toEqual(["Año", "aÑo_2", "ano"]);
  expect(namesOf("İ", "i", "ΑΣ", "ασ", "ας")).toEqual(["İ", "i_2", "ΑΣ", "ασ_2", "ας"]);
  expect(namesOf("año", "an\u0303o")).toEqual(["año", "año_2"]);
  expect(namesOf("straße", "strasse")).toEqual(["straße", "strasse"]);
});

test("names of a query's parameters, and names that begin as ours do, get out of the way", () => {
  expect(columnNamesOf(["limit", "Sort", "_row", "__", "_limit", "limits"])).toEqual({
    names: ["limit_", "Sort_", "row", "column_4", "limit__2", "limits"],
    notes: [
      { column: 1, header: "limit", name: "limit_", why: "reserved" },
      { column: 2, header: "Sort", name: "Sort_", why: "reserved" },
      { column: 3, header: "_row", name: "row", why: "reserved" },
      { column: 4, header: "__", name: "column_4", why: "reserved" },
      { column: 5, header: "_limit", name: "limit__2", why: "reserved" },
      { column: 5, header: "_limit", name: "limit__2", why: "duplicate" },
    ],
  });
  expect(namesOf("cursor", "fields", "format")).toEqual(["cursor_", "fields_", "format_"]);
});

test("a header that can be a name as it stands goes before those that cannot", () => {
  expect(namesOf("", "column_1")).toEqual(["column_1_2", "column_1"]);
  expect(namesOf("limit", "limit_")).toEqual(["limit__2", "limit_"]);
  expect(namesOf("_row", "row")).toEqual(["row_2", "row"]);
});

test("a character that is composed to one beyond what MySQL takes becomes `_`", () => {
  expect(columnNamesOf(["\ufa6c", "ok"]).names).toEqual(["column_1", "ok"]);
  expect(columnNamesOf(["x\ufacf", "ok"]).names).toEqual(["x_", "ok"]);
});

test("characters that no name may have become `_`", () => {
  expect(columnNamesOf(["a\0b", "a\nb", "x👍", "\ud800"])).toEqual({
    names: ["a_b", "a_b_2", "x_", "column_4"],
    notes: [
      { column: 1, header: "a\0b", name: "a_b", why: "characters" },
      { column: 2, header: "a\nb", name: "a_b_2", why: "characters" },
      { column: 2, header: "a\nb", name: "a_b_2", why: "duplicate" },
      { column: 3, header: "x👍", name: "x_", why: "characters" },
      { column: 4, header: "\ud800", name: "column_4", why: "characters" },
      { column: 4, header: "\ud800", name: "column_4", why: "reserved" },
    ],
  });
});

test("a long one is cut, so that what tells it apart still fits", () => {
  const long = "ñ".repeat(70);
  expect(columnNamesOf([long, long])).toEqual({
    names: ["ñ".repeat(64), `${"ñ".repeat(62)}_2`],
    notes: [
      { column: 1, header: long, name: "ñ".repeat(64), why: "long" },
      { column: 2, header: long, name: `${"ñ".repeat(62)}_2`, why: "long" },
      { column: 2, header: long, name: `${"ñ".repeat(62)}_2`, why: "duplicate" },
    ],
  });
  expect(namesOf(`${"a".repeat(63)} b`)).toEqual(["a".repeat(63)]);
  const same = Array.from({ length: 1000 }, () => "a".repeat(64));
  expect(namesOf(...same)[999]).toBe(`${"a".repeat(59)}_1000`);
});

test("more than 1,000 columns are a fault", () => {
  const header = (count: number): string[] => Array.from({ length: count }, (_, i) => `c${i}`);
  expect(namesOf(...header(1000))).toHaveLength(1000);
  expect(() => columnNamesOf(header(2000))).toThrow("the file has 2000 columns; a dataset has at most 1000");
});

test("whatever the header, every name is one that MySQL takes, no two are the same, and names stay what they are", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary", maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom("i", "I", "d", "_", "2", "3", " ", "İ", "ñ", "n\u0303", "\0", "👍"),
      maxLength: 70,
    }),
    fc.constantFrom("id", "ID", "id_2", "id_3", "limit", "LIMIT_", "_limit", "", "column_1", "column_2", "_"),
  );
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 40 }), (header) => {
      const { names, notes } = columnNamesOf(header);
      expect(names).toHaveLength(header.length);
      expect(new Set(names.map(foldedName)).size).toBe(names.length);
      const unfit = names.filter(
        (name) =>
          name.length > 64 ||
          !/^[^\s_](?:.*\S)?$/su.test(name) ||
          /[\p{Cc}\p{Cs}\u{10000}-\u{10ffff}]/u.test(name) ||
          /^(?:limit|sort|cursor|fields|format)$/i.test(name) ||
          name.normalize("NFC") !== name,
      );
      expect(unfit).toEqual([]);
      expect(columnNamesOf(names)).toEqual({ names, notes: [] });
      const noted = new Set(notes.map(({ column }) => column));
      const changed = names.flatMap((name, i) => (name === header[i]?.trim() ? [] : [i + 1]));
      expect(changed.filter((column) => !noted.has(column))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});
