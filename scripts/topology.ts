// Writes infra/topology.json: what must exist in the cloud, or in its stand-ins, as it follows from functions/app.ts.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import app from "../functions/app.ts";
import { topologyOf } from "../engine/define/topology.ts";

if (process.argv.includes("--help")) {
  console.log(
    "usage: npm run topology\n\nWrites infra/topology.json: the queues, topics and containers that functions/app.ts needs.",
  );
  process.exit();
}
const file = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), "infra", "topology.json");
await writeFile(file, `${JSON.stringify(topologyOf(app), null, 2)}\n`);
console.log(`wrote ${path.relative(process.cwd(), file)}`);
