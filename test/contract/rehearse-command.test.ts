import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { CosmosClient, Database } from "@azure/cosmos";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import {
  type AppDefinition,
  type CloudEvent,
  defineApp,
  defineRule,
  merge,
} from "../../engine/define/index.ts";
import { createProcessor } from "../../engine/sync/process.ts";
import app from "../../functions/app.ts";
import { type CosmosServer, startCosmos } from "../../infra/local/cosmos/server.ts";
import { customerFromCrm } from "../../rules/customer-from-crm.ts";
import { crmContactUpserted } from "../../schemas/crm.ts";
import { customer } from "../../schemas/customer.ts";
import { ruleHashes } from "../../scripts/build.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { clientOf } from "./cosmos-account.ts";
import { freshStore } from "./rehearsal-store.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const readOnlyKey = Buffer.from("a key that reads and alters nothing").toString("base64");
let server: CosmosServer;
let client: CosmosClient;
let database: Database;

/** What a contact said, as an event. */
function told(number: number, minute: number, facts: object): CloudEvent {
  const { data, time } = crmContactUpserted.of(
    { documentType: "CC", documentNumber: String(number), ...facts },
    { time: new Date(Date.UTC(2026, 0, 1, 0, minute)) },
  );
  return {
    specversion: "1.0",
    id: `crm:${number}-${minute}`,
    source: "crm",
    type: crmContactUpserted.type,
    subject: `customer|CC-${number}`,
    time,
    datacontenttype: "application/json",
    data,
  };
}

/** Records events with an app, whose rules were built with that hash. */
async function record(by: AppDefinition, events: readonly CloudEvent[], hash: string): Promise<void> {
  const memory = memoryPorts();
  const ports = { ...memory, documents: cosmosDocuments(database) };
  const processor = createProcessor(by, ports, memory.topic(""), () => hash);
  for (const each of events) await processor.process([each]);
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command to its end, beside this process, which serves the store. */
async function run(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(ROOT, "scripts/rehearse.ts"), ...args], {
    cwd: ROOT,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number | null, out, err };
}

/** Against the store, with a key that may read alone. */
const against = (...args: readonly string[]): Promise<Ended> =>
  run("--endpoint", server.endpoint, "--key", readOnlyKey, "--database", "command", ...args);

/** The app of another day: it gave e-mail addresses a mark. */
const marking = defineApp({
  documents: [customer],
  rules: [
    defineRule({
      name: customerFromCrm.name,
      on: crmContactUpserted,
      to: customer,
      apply: (current, { data: { documentType, documentNumber, email } }) =>
        merge(current, {
          identity: { documentType, documentNumber },
          contact: { email: email && `x${email}` },
        }),
    }),
  ],
});

let built: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = await startCosmos({ readOnlyKey });
  client = clientOf(server.endpoint, server.key);
  database = await freshStore({ client }, "command");
  built = await ruleHashes();
  const hash = built[customerFromCrm.name] ?? "";
  await record(app, [told(1, 1, { email: "ana@planted.co" }), told(1, 2, { givenName: "Ana" })], hash);
  await record(app, [told(2, 1, { email: "eva@planted.co" })], hash);
  await record(
    marking,
    [told(3, 1, { email: "leo@planted.co" }), told(4, 1, { email: "mia@planted.co" })],
    "older",
  );
});

afterAll(async () => {
  client.dispose();
  await server.close();
});

describe("npm run rehearse", () => {
  it("says what the rules of the tree would have made of what a store recorded", async () => {
    const { code, out } = await against();
    expect(code).toBe(0);
    expect(out).toContain("5 records of 4 entities in scope, 5 run again");
    expect(out).toContain("2 documents would differ.\n");
    expect(out).toMatch(/fields\n {2}contact\.email {2}2\n/);
    expect(out).toMatch(/deliveries\n {2}customer-360 {2}2\n {2}marketing {5}2\n/);
    expect(out).toContain('  customer|CC-3\n    contact.email: "[masked]" → "[masked]"');
    expect(out).not.toContain("planted");
  });

  it("exits with 1 where something would differ and that is to fail; the hashes are those of built rules", async () => {
    const args = ["--json", "--fail-on-difference", "--rule", customerFromCrm.name, "--limit", "3"];
    const { code, out } = await against(...args);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      entities: 3,
      documents: 1,
      fields: { "contact.email": 1 },
      rules: [{ name: customerFromCrm.name, hash: built[customerFromCrm.name] }],
    });
    const keys = ["--entity", "customer", "--keys", "CC-1,customer|CC-2"];
    const same = await against("--fail-on-difference", ...keys);
    expect(same).toMatchObject({ code: 0, out: expect.stringContaining("Nothing would differ.") });
  });

  it("exits with 2 after wrong use, and says what there is", async () => {
    const { code, out, err } = await against("--rule", "nobodys");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain("there are customer-from-crm");
    expect(err).toContain("See --help");
  });

  it("exits with 2 where a key has no records, and names it", async () => {
    const { code, out, err } = await against("--keys", "customer|CC-1,customer|CC-9999");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/^rehearse: nothing is recorded of customer\|CC-9999\./m);
    expect(err).not.toContain("CC-1,");
  });

  it("exits with 2 where nothing is in scope and a difference is to fail, else with 0", async () => {
    const { code, err } = await against("--fail-on-difference", "--since", "2999-01-01");
    expect([code, err]).toEqual([2, expect.stringContaining("no record is in scope")]);
    const lenient = await against("--since", "2999-01-01");
    expect(lenient).toMatchObject({ code: 0, out: expect.stringContaining("Nothing was run again.") });
  });

  it("exits with 2 without a key where the store is not reached over https", async () => {
    const { code, out, err } = await run("--endpoint", server.endpoint);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(
      /^rehearse: give --key \(or COSMOS_KEY\): an identity is taken over https alone\..*\n$/,
    );
  });
});
