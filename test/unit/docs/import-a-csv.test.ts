import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { eventsOfRow } from "../../../engine/datasets/import/page.ts";
import type { AppDefinition, ImportDefinition } from "../../../engine/define/index.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { codeBlocks, ROOT } from "./code-blocks.ts";
import { followPages } from "./example-checkout.ts";

const PAGE = "docs/how-to/import-a-csv.md";
const checkout = followPages(PAGE);
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

describe("the example of docs/how-to/import-a-csv.md", () => {
  test("is the one of the repository, and compiles", { timeout: 60_000 }, () => {
    expect(checkout.added).toEqual([
      "schemas/contacts.ts",
      "functions/imports/contacts.ts",
      "rules/customer-from-contacts.ts",
    ]);
    expect(readFileSync(path.join(checkout.folder, "functions/app.ts"), "utf8")).toBe(
      readFileSync(path.join(ROOT, "functions/app.ts"), "utf8"),
    );
    expect(checkout.types()).toBe("");
  });

  test("shows the beginning of the file that one can try it with", () => {
    const [shown] = codeBlocks(PAGE).filter(({ language }) => language === "csv");
    const file = readFileSync(path.join(ROOT, "examples/contacts.csv"), "utf8");
    expect(file.startsWith(shown?.code ?? "none")).toBe(true);
  });

  test("makes events of the rows that a rule takes; of one with an address without @ it says what is wrong", () => {
    const [contacts] = app.imports as [ImportDefinition];
    const cells = {
      document_type: "CC",
      document_number: "1020",
      given_name: "Ana",
      family_name: "",
      email: "ana.ruiz@example.com",
      phone: "",
      updated_at: "2026-03-01T09:00:00-05:00",
    };
    const made = (change: object): unknown => {
      const row = { cells: { ...cells, ...change }, row: 1, loadedAt: "2026-03-05T00:00:00.000Z" };
      const context = { now: Date.UTC(2026, 2, 5), cause: "import/contacts/run-1/1" };
      return eventsOfRow(contacts, row, context, createSettings({}, []));
    };
    expect(made({})).toMatchObject({
      value: [
        {
          id: "contacts-list:CC-1020@2026-03-01T14:00:00.000Z",
          type: "contacts.listed",
          data: {
            documentType: "CC",
            documentNumber: "1020",
            givenName: "Ana",
            email: "ana.ruiz@example.com",
          },
        },
      ],
    });
    expect(app.rules.get("contacts.listed")?.name).toBe("customer-from-contacts");
    expect(made({ email: "dora at example.com" })).toEqual({
      issues: [{ path: "email", message: "Invalid email address" }],
    });
  });
});
