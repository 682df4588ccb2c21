// npm run bench [-- name]: measures beside a floor or a peer in the same run. Figures move with the machine; the
// ratios tell.
import { endToEnd } from "./end-to-end.ts";

const benches: Readonly<Record<string, () => Promise<unknown>>> = {
  audit: async () => (await import("./audit.ts")).audit(),
  "end-to-end": endToEnd,
  cosmos: () => import("./cosmos.ts"),
  csv: async () => (await import("./csv-floor.ts")).csvFloor(),
  datasets: async () => (await import("./datasets.ts")).datasets(),
  servicebus: () => import("./servicebus.ts"),
};
const usage = `usage: npm run bench [-- name …]

  audit        100,000 audit records: verify them, explain a value, rehearse 10,000 events (two minutes)
  end-to-end   webhooks in, documents, deliveries out, beside the same SDK calls without the engine (two minutes)
  cosmos       operations of the Cosmos stand-in
  csv          cutting and parsing a CSV, beside a loop that looks at each byte
  datasets     a CSV of 1,000,000 rows: loading it beside the server's own client, asking it (three minutes)
  servicebus   sending and receiving at the Service Bus stand-in

Without a name, all of them, one after the other. Everything runs on this machine.
`;
const asked = process.argv.slice(2);
if (asked.includes("--help")) {
  process.stdout.write(usage);
  process.exit();
}
if (asked.some((name) => !(name in benches))) {
  process.stderr.write(usage);
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) await benches[name]?.();
