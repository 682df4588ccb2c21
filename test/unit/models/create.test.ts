import { expect, test } from "vitest";
import { createModel } from "../../../engine/models/create.ts";
import { openModels, SALES } from "./models-desk.ts";

test.each([
  ["Sales report", "bm_sales_report_"],
  ["Übersicht: Größe & Co.", "bm_ubersicht_gro_e_co_"],
  ["売上", "bm_"],
  ["'; DROP DATABASE mysql; --", "bm_drop_database_mysql_"],
  ["a".repeat(64), `bm_${"a".repeat(30)}_`],
])("the database of %s is called by what MySQL takes of that, and by the id", async (name, begin) => {
  const { ports } = openModels();
  const made = await createModel(ports, { ...SALES, name }, 1);
  if (typeof made === "string") throw new Error(made);
  expect(made.database).toBe(`${begin}${made.model}`);
  expect(made.database).toMatch(/^[a-z0-9_]{13,64}$/);
});
