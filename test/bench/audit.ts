import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "../../engine/audit/explain/explain.ts";
import { rehearse } from "../../engine/audit/rehearse/rehearse.ts";
import { scopeOf } from "../../engine/audit/rehearse/scope.ts";
import { openStore } from "../../engine/azure/open.ts";
import type { Blobs, Documents } from "../../engine/ports.ts";
import { parseKey } from "../../engine/define/key.ts";
import app from "../../functions/app.ts";
import { ruleHash } from "../../functions/rule-hash.ts";
import { type Account, keyOf, recordsOf, seed, startStore } from "./audit-store.ts";
import type { Walked } from "./audit-walk.ts";
import { median, printTable, timed } from "./kit.ts";

/**
 * The audit log at 100,000 records: verifying all of it beside reading the same pages, explaining a value beside one
 * point read, rehearsing 10,000 events beside reading them. On the Cosmos stand-in, which runs in a process of its own.
 */
export async function audit(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "caudal-bench-"));
  const { child, account } = await startStore(folder);
  try {
    const seeded = await seed(account);
    console.log(`100,000 records of 1,001 customers, written in ${(seeded / 1_000).toFixed(1)} s`);
    await walks(account);
    const { documents, close } = openStore(account);
    await explanations(documents);
    await rehearsal(documents);
    await close();
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function walks(account: Account): Promise<void> {
  const rows = [];
  for (const [what, name] of [
    ["read", "read every page"],
    ["verify", "verify all"],
  ] as const) {
    const { ms, records, broken, rssAtTenth, rssAtEnd } = await walk(account, what);
    if (records !== 100_000 || broken > 0) throw new Error(`${records} records, ${broken} broken`);
    rows.push({
      walk: name,
      seconds: (ms / 1_000).toFixed(1),
      "records/s": Math.round(records / (ms / 1_000)),
      "MiB at 10 %": rssAtTenth,
      "MiB at 100 %": rssAtEnd,
    });
  }
  printTable("All of the log, in a process of its own (peak resident memory)", rows);
}

async function walk({ endpoint, key }: Account, what: "read" | "verify"): Promise<Walked> {
  const script = join(import.meta.dirname, "audit-walk.ts");
  const child = spawn(process.execPath, [script, endpoint, key, what], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [walked] = (await once(child, "message")) as [Walked];
  return walked;
}

const NO_BLOBS: Blobs = {
  put: () => Promise.reject(new Error("there are no blobs here")),
  get: () => Promise.resolve(undefined),
  delete: () => Promise.resolve(),
  list: () => Promise.resolve({ items: [], next: null }),
} as never;

async function explanations(documents: Documents): Promise<void> {
  const ports = { documents, blobs: NO_BLOBS, log: () => {} };
  const context = { app, ports, missing: () => [] };
  const ask = (n: number) => async (): Promise<void> => {
    const { entity, id } = parseKey(keyOf(n));
    const definition = app.documents.get(entity);
    if (!definition) throw new Error(`the app has no ${entity}`);
    const question = { entity, id, path: ["contact", "email"], limit: 20, personal: true };
    const answer = await explain(context, definition, question);
    if (answer?.leaves.length !== 1) throw new Error("it explains nothing");
  };
  const read = async (): Promise<void> => void (await documents.read("unified", keyOf(7), "document"));
  const rows = [];
  for (const [what, call] of [
    ["read one item", read],
    [`explain contact.email among ${recordsOf(7)} records`, ask(7)],
    [`explain contact.email among ${recordsOf(1_000)} records`, ask(1_000)],
  ] as const) {
    // The first ones also make the index.
    await timed(3, 1, call);
    const each: number[] = [];
    for (let n = 0; n < 30; n++) each.push(await timed(1, 1, call));
    rows.push({
      call: what,
      "median ms": median(each).toFixed(1),
      "slowest ms": Math.max(...each).toFixed(1),
    });
  }
  printTable("One value explained", rows);
}

async function rehearsal(documents: Documents): Promise<void> {
  const count = 106;
  const entities = Array.from({ length: count }, (_, n) => keyOf(n));
  const scope = scopeOf({ entities }, app, new Date().toISOString());
  const context = { app, ruleHash, ports: { documents, blobs: NO_BLOBS } };
  let [events, differences] = [0, 0];
  const rehearsed = await timed(1, 1, async () => {
    for await (const each of rehearse(context, scope)) {
      if ("unreadable" in each) throw new Error(`${each.key} cannot be read`);
      events += each.entity.events;
      differences += each.differences.length;
    }
  });
  const read = await timed(count, 1, async (n) => {
    const text = "SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.sequence";
    await documents.query("unified", { text, partition: keyOf(n), limit: 200 });
  });
  const row = (what: string, ms: number): Record<string, string | number> => ({
    what,
    seconds: (ms / 1_000).toFixed(2),
    "events/s": Math.round(events / (ms / 1_000)),
  });
  printTable(`${events} events, ${differences} differences`, [
    row("read their records", read),
    row("rehearse them", rehearsed),
  ]);
}
