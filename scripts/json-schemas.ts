// Writes docs/schemas/: the JSON Schemas of sequences and of modules.json, which editors complete and check them by.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { jsonSchemas } from "../engine/sequences/book/json-schemas.ts";

if (process.argv.includes("--help")) {
  console.log(
    "usage: npm run schemas\n\nWrites docs/schemas/: the JSON Schemas of etl_sequences/*.json and modules.json, for editors.",
  );
  process.exit();
}
const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "docs", "schemas");
await mkdir(folder, { recursive: true });
for (const [name, schema] of jsonSchemas()) {
  const file = path.join(folder, `${name}.schema.json`);
  const options = await resolveConfig(file);
  await writeFile(file, await format(JSON.stringify(schema), { ...options, filepath: file }));
  console.log(`wrote ${path.relative(process.cwd(), file)}`);
}
