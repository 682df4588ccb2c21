import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { CosmosClient } from "@azure/cosmos";
import { shelve } from "../../engine/audit/stub.ts";
import { openStore } from "../../engine/azure/open.ts";
import type { CloudEvent } from "../../engine/define/index.ts";
import { DATABASE, topologyOf } from "../../engine/define/topology.ts";
import type { Documents, Write } from "../../engine/ports.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { type EntityState, foldEvent, NOTHING } from "../../engine/sync/fold.ts";
import app from "../../functions/app.ts";
import { ruleHash } from "../../functions/rule-hash.ts";
import { timed } from "./kit.ts";

/** How a store is reached. */
export interface Account {
  readonly endpoint: string;
  readonly key: string;
}

/** The Cosmos stand-in in a process of its own, with the containers of the app. */
export async function startStore(folder: string): Promise<{ child: ChildProcess; account: Account }> {
  const main = join(import.meta.dirname, "../../infra/local/cosmos/main.ts");
  const child = spawn(process.execPath, [main, "--port", "0", "--data", folder], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = (await once(child, "message")) as [{ readonly ready: Account }];
  const account = message.ready;
  const client = new CosmosClient({ ...account, connectionPolicy: { enableEndpointDiscovery: false } });
  const { database } = await client.databases.create({ id: DATABASE });
  for (const { name, partitionKey, indexingPolicy } of topologyOf(app).containers) {
    await database.containers.create({
      id: name,
      partitionKey: { paths: [partitionKey] },
      indexingPolicy: indexingPolicy as never,
    });
  }
  client.dispose();
  return { child, account };
}

/** The key of the nth customer. */
export const keyOf = (n: number): string => `customer|CC-${1_000_000 + n}`;

/** How many records the nth of a thousand and one customers has: the last one is hot. */
export const recordsOf = (n: number): number => (n < 1_000 ? 95 : 5_000);

/** Writes 100,000 records of 1,001 customers, folded by the rules of the app; returns the milliseconds it took. */
export async function seed(account: Account): Promise<number> {
  const { documents, close } = openStore(account);
  const took = await timed(1_001, 8, (n) => seedOne(documents, n));
  await close();
  return took;
}

/** Most records of a batch, with the document. */
const BATCH = 95;

async function seedOne(documents: Documents, n: number): Promise<void> {
  const key = keyOf(n);
  let state: EntityState = NOTHING;
  let etag: string | undefined;
  for (let done = 0; done < recordsOf(n); done += BATCH) {
    const writes: Write[] = [];
    for (let index = done; index < Math.min(done + BATCH, recordsOf(n)); index++) {
      const event = eventOf(n, index);
      const rule = app.rules.get(event.type);
      if (!rule) throw new Error(`no rule takes ${event.type}`);
      const at = new Date(Date.UTC(2026, 2, 2) + index * 1_000).toISOString();
      const folded = foldEvent(state, event, rule, { at, salt: randomBytes(16), ruleHash: ruleHash(rule) });
      state = folded.state;
      writes.push({ op: "create", item: shelve(folded.record).item });
    }
    const item = documentItem(key, state, "2026-03-02T00:00:00.000Z");
    const document: Write = etag === undefined ? { op: "create", item } : { op: "replace", item, etag };
    const result = await documents.write("unified", key, [document, ...writes]);
    if (!result.written) throw new Error(`${key} was not written: ${result.why}`);
    [etag] = result.etags;
  }
}

/** What the CRM tells of a customer: mostly another e-mail address, at times another address or consent. */
function eventOf(n: number, index: number): CloudEvent {
  return {
    specversion: "1.0",
    id: `crm:${n}-${index}`,
    source: "crm",
    type: "crm.contact.upserted",
    subject: keyOf(n),
    time: new Date(Date.UTC(2026, 2, 1) + index * 1_000).toISOString(),
    datacontenttype: "application/json",
    data: {
      documentType: "CC",
      documentNumber: String(1_000_000 + n),
      givenName: "Ana María",
      familyName: "Quintero Peña",
      email: `customer-${n}-${index}@example.com`,
      phone: "+573001234567",
      marketingConsent: index % 10 < 5,
      ...(index % 5 === 0
        ? { address: { line1: `Calle ${index} # 10-20`, city: "Medellín", country: "CO" } }
        : {}),
    },
  };
}
