import { describe, expect, it } from "vitest";
import { FileFaultError } from "../../../engine/errors/file-fault-error.ts";
import { checkLateFields, loadRequestOf } from "../../../functions/api/etl-parameters.ts";
import { Refused } from "../../../functions/api/http.ts";

function asked(query: string, fields: Record<string, string> = {}, file?: string): object {
  return loadRequestOf(new URLSearchParams(query), new Map(Object.entries(fields)), file);
}

/** The issues of a refusal, by path. */
function issues(query: string, fields: Record<string, string> = {}, file = "people.csv"): object {
  try {
    return asked(query, fields, file);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { issues } = error.response.json as { issues: { path: string; message: string }[] };
    return Object.fromEntries(issues.map(({ path, message }) => [path, message]));
  }
}

describe("what an upload says", () => {
  it("may be nothing: the table is named by the file, and made", () => {
    expect(asked("", {}, "Titanic (1).CSV.gz")).toEqual({
      table: "titanic_1",
      file: "Titanic (1).CSV.gz",
      mode: "create",
      strict: false,
      again: false,
    });
  });

  it("stands in the query or in fields of the form", () => {
    const wanted = {
      table: "people",
      file: "people",
      mode: "upsert",
      key: ["id", "year"],
      strict: true,
      again: true,
      encoding: "windows-1252",
      delimiter: "\t",
      title: "all of them",
    };
    const said = { name: "people", mode: "upsert", key: "id, year", strict: "true", again: "true" };
    const more = { encoding: "Latin1", delimiter: "tab", text: "all of them" };
    expect(asked(String(new URLSearchParams({ ...said, ...more })))).toEqual(wanted);
    expect(asked("", { ...said, ...more }, "other.csv")).toEqual(wanted);
    expect(asked(String(new URLSearchParams(said)), more)).toEqual(wanted);
  });

  it.each([
    [
      "speed=9",
      { speed: "is no parameter; there are name, mode, key, strict, again, encoding, delimiter, text" },
    ],
    ["mode=merge", { mode: "must be one of create, append, replace, upsert" }],
    ["mode=append&mode=append", { mode: "is given twice" }],
    ["strict=yes&again=1", { strict: "must be true or false", again: "must be true or false" }],
    ["delimiter=|", { delimiter: "must be , ; or tab" }],
    ["key=id", { key: "is for mode=upsert" }],
    ["mode=upsert&key=id,,a", { key: "must be names of columns, with commas between them" }],
    ["mode=upsert&key=id,id", { key: "names a column twice" }],
    [
      "encoding=klingon",
      { encoding: expect.stringContaining('the encoding "klingon" is not known') as unknown },
    ],
    ["name=%2B%2B%2B", { name: expect.stringContaining("no table name can be made") as unknown }],
    [
      "name=constructor&mode=toString&delimiter=constructor",
      { mode: expect.anything() as unknown, delimiter: expect.anything() as unknown },
    ],
  ])("is refused with the name of what is wrong: %s", (query, wanted) => {
    expect(issues(query)).toEqual(wanted);
  });

  it("is refused where the form says again what the query says", () => {
    expect(issues("mode=append", { mode: "append" })).toEqual({ mode: "is given twice" });
  });

  it("needs a name where the body is the file", () => {
    expect(() => asked("")).toThrow(Refused);
  });
});

describe("fields behind the file", () => {
  it("come too late, unless they mean nothing for the load", () => {
    const known = new Set(["name"]);
    expect(() =>
      checkLateFields(
        known,
        new Map([
          ["name", "a"],
          ["text", "b"],
        ]),
      ),
    ).not.toThrow();
    expect(() => checkLateFields(known, new Map([["mode", "append"]]))).toThrow(FileFaultError);
    expect(() => checkLateFields(known, new Map([["mode", "append"]]))).toThrow("`mode` behind the file");
  });
});
