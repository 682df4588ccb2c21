// npm run bench [-- name]: measures beside a floor or a peer in the same run. Figures move with the machine; the
// ratios tell.
import { endToEnd } from "./end-to-end.ts";

const benches: Readonly<Record<string, () => Promise<void>>> = { "end-to-end": endToEnd };
const asked = process.argv.slice(2);
if (asked.some((name) => !(name in benches))) {
  console.error(`usage: npm run bench [-- name …]; names: ${Object.keys(benches).join(", ")}`);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) await benches[name]?.();
