import { describe, expect, it } from "vitest";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { matchedColumns } from "../../../../modules/model-table/matched-columns.ts";
import type { TargetTable } from "../../../../modules/model-table/target-table.ts";

const column = (name: string, generated = false): TargetTable["columns"][number] => ({
  name,
  type: "text",
  nullable: true,
  generated,
});
const table: TargetTable = {
  name: "people",
  columns: [column("id"), column("Email"), column("domain", true)],
  key: ["id"],
};

const matched = (inFile: readonly string[], mapping?: Record<string, string>): unknown =>
  matchedColumns(table, inFile, mapping).map(({ from, to }) => [from, to.name]);

describe("columns of a file and of a table", () => {
  it("go together by their names, whatever the case", () => {
    expect(matched(["ID", "email"])).toEqual([
      ["ID", "id"],
      ["email", "Email"],
    ]);
  });

  it("go together as they are told to, and others are left out", () => {
    expect(matched(["number", "mail", "town"], { number: "id", mail: "email" })).toEqual([
      ["number", "id"],
      ["mail", "Email"],
    ]);
  });

  it.each([
    [["id", "town"], undefined, 'the table "people" has no column "town"'],
    [["email"], undefined, '"id" of the primary key gets no value'],
    [["id", "ID"], undefined, '"id" would get two values'],
    [["id", "domain"], undefined, 'the server works "domain" out itself'],
    [["id"], { id: "id", mail: "email" }, 'the file has no column "mail"'],
  ])("%o with %o do not", (inFile, mapping, message) => {
    expect(() => matched(inFile, mapping)).toThrow(PermanentError);
    expect(() => matched(inFile, mapping)).toThrow(message);
  });

  it("that do not are told all at once, with what there is", () => {
    expect(() => matched(["town", "domain"])).toThrow(
      'has no column "town"; the server works "domain" out itself; "id" of the primary key gets no value; the file\'s columns are "town", "domain", the table\'s "id", "Email", "domain"',
    );
  });
});
