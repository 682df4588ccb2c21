import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { jsonSchemas } from "../../../../engine/sequences/book/json-schemas.ts";

const folder = new URL("../../../../docs/schemas/", import.meta.url);

it("docs/schemas/ is what the parsers take; `npm run schemas` writes it anew", () => {
  const published = readdirSync(folder).map((name) => [
    name,
    JSON.parse(readFileSync(new URL(name, folder), "utf8")) as unknown,
  ]);
  const real = [...jsonSchemas()].map(([name, schema]) => [`${name}.schema.json`, schema]);
  expect(Object.fromEntries(published)).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(real))));
});
