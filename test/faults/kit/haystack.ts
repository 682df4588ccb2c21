import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Rig } from "./rig.ts";

/** Text that leaves the process, and where it stands. */
export interface Straw {
  readonly where: string;
  readonly text: string;
}

/** The API's lists and single resources that an operator can read. */
const ROUTES = [
  "deliveries?limit=1000",
  "dead-letters?limit=1000",
  "dead-letters/groups",
  "pending?limit=1000",
  "parked",
  "runs",
  "integrations",
  "integrations/alpha",
  "integrations/beta",
  "health",
];

/** Everything in which no secret may stand: logs, the whole store, and what the API answers. */
export async function haystackOf(rig: Rig, clients: readonly string[]): Promise<Straw[]> {
  const straws: Straw[] = [];
  const data = path.join(rig.folder, "data");
  for (const file of await readdir(data, { recursive: true })) {
    if (!file.endsWith(".log")) continue;
    const text = await readFile(path.join(data, file), "utf8");
    // The stand-ins begin by telling the stack where they are, and the keys that everybody knows.
    straws.push({ where: file, text: text.replaceAll(/^ready \{.*\}$/gm, "") });
  }
  for (const container of ["unified", "deliveries", "operations", "control"]) {
    const items = await rig.items(container, "SELECT * FROM c");
    straws.push(...items.map((item) => ({ where: container, text: JSON.stringify(item) })));
  }
  const routes = [
    ...ROUTES,
    ...clients.flatMap((id) => [`entities/client/${id}`, `entities/client/${id}/audit`]),
  ];
  for (const route of routes) {
    const answer = await rig.call("GET", `/api/v1/${route}`);
    const text = JSON.stringify([answer.status, [...answer.headers], answer.json]);
    straws.push({ where: `GET ${route}`, text });
  }
  return straws;
}

/** Where any of these needles stands, as it is or in one of the usual disguises. */
export function found(needles: readonly string[], haystack: readonly Straw[]): string[] {
  return needles.flatMap((needle) => {
    const forms = new Set([
      needle,
      encodeURIComponent(needle),
      Buffer.from(needle).toString("base64"),
      Buffer.from(needle).toString("base64url"),
      JSON.stringify(needle).slice(1, -1),
    ]);
    return haystack
      .filter(({ text }) => [...forms].some((form) => text.includes(form)))
      .map(({ where, text }) => `${needle} in ${where}: ${text.slice(0, 300)}`);
  });
}
