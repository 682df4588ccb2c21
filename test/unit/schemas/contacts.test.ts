import { expect, test } from "vitest";
import { contactRow } from "../../../schemas/contacts.ts";

const row = {
  document_type: "CC",
  document_number: "1020",
  given_name: "Ana",
  family_name: "",
  email: "ana@example.com",
  phone: "",
  updated_at: "2026-03-01T10:00:00-05:00",
};

test("an empty cell says nothing, and a column that the list lacks neither", () => {
  const known = {
    document_type: "CC",
    document_number: "1020",
    given_name: "Ana",
    email: "ana@example.com",
    updated_at: "2026-03-01T15:00:00.000Z",
  };
  expect(contactRow.parse(row)).toEqual(known);
  const { phone: _phone, family_name: _family, ...short } = row;
  expect(contactRow.parse(short)).toEqual(known);
});

test.each([
  ["document_type", "cc"],
  ["document_number", ""],
  ["email", "ana at example.com"],
  ["phone", "300 123"],
  ["updated_at", ""],
  ["updated_at", "2026-03-01"],
])("a %s like %j is a fault", (column, cell) => {
  expect(contactRow.safeParse({ ...row, [column]: cell }).error?.issues).toMatchObject([{ path: [column] }]);
});
