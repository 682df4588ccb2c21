import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RecordStub } from "../../engine/audit/record.ts";
import { openBlobs } from "../../engine/azure/open.ts";
import { DATABASE } from "../../engine/define/topology.ts";
import { type CosmosServer, startCosmos } from "../../infra/local/cosmos/server.ts";
import { type Ended, verifyFromOutside } from "../../scripts/audit-verify/program.ts";
import { FIRST, openApi } from "../unit/functions/api.ts";
import { event, goneRule, minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { BlobServer } from "./blob-server.ts";
import { clientOf } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";
import { rechained, type Tamperer, tampererOf } from "./tampering.ts";

const definitions = { documents: [person], rules: [toldRule, goneRule] };
const readOnlyKey = Buffer.from("a key that reads and alters nothing").toString("base64");
const auditKey = generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" });
const folder = mkdtempSync(path.join(tmpdir(), "caudal-audit-"));
const checkpointFile = path.join(folder, "checkpoint.json");
const headsFile = path.join(folder, "heads.jsonl");
const people = ["ana", "eva", "ida", "leo", "teo"];
const blobs = new BlobServer();
let server: CosmosServer;
let client: CosmosClient;
let desk: Desk;
let hand: Tamperer;

beforeAll(async () => {
  server = await startCosmos({ readOnlyKey });
  await blobs.start();
  client = clientOf(server.endpoint, server.key);
});
/** Five people of two records each, both large of one of them, and a checkpoint of all that. */
beforeEach(async () => {
  const { database } = await client.databases.createIfNotExists({ id: DATABASE });
  await database.delete();
  await client.databases.create({ id: DATABASE });
  await makeContainers(database);
  desk = openDesk(database, definitions);
  hand = tampererOf(database.container("unified"));
  for (const name of people)
    await tell(name, 1, name === "teo" ? "ñ".repeat(200_000) : `${name}@example.com`);
  for (const name of people) await tell(name, 2, "b@example.com");
  for (const stub of (await hand.records("person|teo")) as unknown as RecordStub[]) {
    const { name } = stub.blob;
    await openBlobs(blobs.connection).put(name, (await desk.ports.blobs.get(name)) ?? Buffer.of());
  }
  desk.pass(120_000);
  await keepCheckpoint();
  rmSync(headsFile, { force: true });
});
afterAll(async () => {
  client.dispose();
  await server.close();
  await blobs.close();
  rmSync(folder, { recursive: true, force: true });
});

async function tell(name: string, at: number, email: string): Promise<void> {
  await desk.processor.process([{ ...event(told.type, minute(at), { email }), subject: `person|${name}` }]);
}
async function keepCheckpoint(query = ""): Promise<Record<string, unknown>> {
  const CAUDAL_AUDIT_KEY = auditKey.toString("base64");
  const ask = openApi(desk.ports, definitions, { CAUDAL_OPERATOR_TOKEN: FIRST, CAUDAL_AUDIT_KEY });
  const { json } = await ask(`GET /api/v1/audit/checkpoint${query}`);
  writeFileSync(checkpointFile, JSON.stringify(json));
  return json;
}
/** Alters what one record says. */
async function alter(name: string): Promise<void> {
  const [first] = await hand.records(`person|${name}`);
  await hand.put({ ...first, outcome: "skipped" });
}
/** Writes the chain of one anew, so that verifying alone finds nothing. */
async function writeAnew(name: string): Promise<void> {
  const [first, ...others] = await hand.records(`person|${name}`);
  if (!first) throw new Error("no record");
  const made = rechained([{ ...first, reason: "written anew" }, ...others], 0);
  await hand.put(...made, { ...(await hand.document(`person|${name}`)), head: made.at(-1)?.hash });
}

const STORE = (): string[] => ["--endpoint", server.endpoint, "--key", readOnlyKey];
const program = (...args: string[]): Promise<Ended> => verifyFromOutside(args, () => {}, {});
const json = (ended: Ended): Record<string, unknown> => JSON.parse(ended.out) as Record<string, unknown>;

describe("the program that verifies from outside", () => {
  it("says that all is whole, with a key that only reads", async () => {
    const all = await program(...STORE(), "--blob", blobs.connection);
    expect(all).toMatchObject({ code: 0, out: "5 entities, 10 records: whole\n" });
    const partly = await program(...STORE());
    expect(partly.code).toBe(0);
    expect(partly.out).toContain("2 large records were followed, and not looked into: give --blob");
  });

  it("says what is broken, for people and for machines", async () => {
    await alter("ida");
    const { code, out } = await program(...STORE());
    expect(code).toBe(1);
    expect(out).toContain("person|ida  record 1  altered  audit|crm:");
    expect(out).toContain("5 entities, 10 records: 1 entity is broken");
    const machine = await program(...STORE(), "--json", "--entity", "person", "--id", "ida");
    expect(machine.code).toBe(1);
    expect(json(machine)).toMatchObject({
      whole: false,
      verified: { entities: 1, records: 2, breaks: [{ key: "person|ida", sequence: 1, kind: "altered" }] },
    });
    const other = await program(...STORE(), "--entity", "person", "--id", "ana");
    expect(other).toMatchObject({ code: 0, out: "1 entity, 2 records: whole\n" });
    expect(await program(...STORE(), "--since", "2100-01-01")).toMatchObject({ code: 0 });
  });

  it("holds the store against a checkpoint, which a chain written anew does not pass", async () => {
    const { publicKey } = await keepCheckpoint();
    await tell("ana", 3, "later@example.com");
    const holds = await program(...STORE(), "--checkpoint", checkpointFile);
    expect(holds.code).toBe(0);
    expect(holds.out).toMatch(/^checkpoint of \S+, 5 entities, 10 records: signed by the key that it names/m);
    expect(holds.out).toContain("which is trusted (pin it with --public-key)");
    expect(holds.out).toContain("nothing recorded by then was altered or removed");
    await writeAnew("leo");
    expect(await program(...STORE())).toMatchObject({ code: 0 });
    const { code, out } = await program(
      ...STORE(),
      "--checkpoint",
      checkpointFile,
      "--public-key",
      String(publicKey),
    );
    expect(code).toBe(1);
    expect(out).toContain("signed by the key given; something recorded before");
  });

  it("does not say that nothing was altered below a record that is broken", async () => {
    await alter("ida");
    const { code, out } = await program(...STORE(), "--checkpoint", checkpointFile);
    expect(code).toBe(1);
    expect(out).toContain("person|ida  record 1  altered");
    expect(out).toContain("the hashes are those of the checkpoint, but records above are broken");
    expect(out).not.toContain("nothing recorded by then");
    const machine = json(await program(...STORE(), "--checkpoint", checkpointFile, "--json"));
    expect(machine).toMatchObject({ whole: false, checkpoint: { heads: "same", signed: true } });
    expect(machine["checkpoint"]).not.toHaveProperty("holds");
  });

  it("takes the key of the store from the environment, where it stands in no list of processes", async () => {
    const args = ["--endpoint", server.endpoint];
    expect(await verifyFromOutside(args, () => {}, { COSMOS_KEY: readOnlyKey })).toMatchObject({ code: 0 });
    const { code, error } = await verifyFromOutside(args, () => {}, {});
    expect(code).toBe(2);
    expect(error).toBe(
      "audit:verify: give --key (or COSMOS_KEY): an identity is taken over https alone (--help says more)\n",
    );
  });

  it("finds that a whole entity was removed, which nothing else tells", async () => {
    await hand.remove(...(await hand.records("person|eva")), await hand.document("person|eva"));
    expect(await program(...STORE())).toMatchObject({ code: 0 });
    expect(await program(...STORE(), "--checkpoint", checkpointFile)).toMatchObject({ code: 1 });
  });

  it("does not take a checkpoint that somebody altered, or that another key signed", async () => {
    const asked = await keepCheckpoint();
    writeFileSync(checkpointFile, JSON.stringify({ ...asked, records: 9 }));
    expect(await program(...STORE(), "--checkpoint", checkpointFile)).toMatchObject({
      code: 1,
      out: expect.stringContaining("not signed by the key that it names"),
    });
    writeFileSync(checkpointFile, JSON.stringify(asked));
    const other = generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" });
    const pinned = ["--checkpoint", checkpointFile, "--public-key", other.toString("base64")];
    expect(await program(...STORE(), ...pinned)).toMatchObject({
      code: 1,
      out: expect.stringContaining("not signed by the key given"),
    });
  });

  it("checks the proof of one entity without reading the others", async () => {
    await keepCheckpoint("?entity=person&id=leo");
    await tell("leo", 3, "later@example.com");
    const one = [...STORE(), "--entity", "person", "--id", "leo", "--checkpoint", checkpointFile, "--json"];
    const holds = await program(...one);
    expect(holds.code).toBe(0);
    expect(json(holds)["checkpoint"]).not.toHaveProperty("now");
    await writeAnew("leo");
    expect(await program(...one)).toMatchObject({ code: 1 });
    await hand.remove(...(await hand.records("person|leo")), await hand.document("person|leo"));
    expect(await program(...one)).toMatchObject({ code: 1 });
  });

  it("keeps the heads of a checkpoint, and names later which entity differs", async () => {
    const held = ["--checkpoint", checkpointFile, "--heads", headsFile];
    expect(await program(...STORE(), ...held)).toMatchObject({ code: 0 });
    const lines = readFileSync(headsFile, "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(
      people.map((name) => `person|${name}`),
    );
    expect(await program(...STORE(), ...held)).toMatchObject({ code: 0 });
    await writeAnew("leo");
    await hand.remove(...(await hand.records("person|eva")), await hand.document("person|eva"));
    const { code, out } = await program(...STORE(), ...held);
    expect(code).toBe(1);
    expect(out).toContain("person|leo  record 2, its newest in the checkpoint, is another");
    expect(out).toContain("person|eva  had 2 records in the checkpoint, and has none of that time");
    expect(out).not.toContain("person|ana");
    // What does not hold is not kept, and heads of another checkpoint accuse nobody.
    rmSync(headsFile);
    expect(await program(...STORE(), ...held)).toMatchObject({ code: 1 });
    expect([existsSync(headsFile), existsSync(`${headsFile}.part`)]).toEqual([false, false]);
    writeFileSync(headsFile, `${lines.slice(1).join("\n")}\n`);
    expect(await program(...STORE(), ...held)).toMatchObject({ code: 2, out: "" });
  });

  it("writes the heads of now without a checkpoint, and over no file", async () => {
    const heads = ["--heads", headsFile];
    const written = await program(...STORE(), ...heads);
    expect(written).toMatchObject({ code: 0, out: expect.stringContaining("wrote the heads of 5 entities") });
    expect(readFileSync(headsFile, "utf8").trim().split("\n")).toHaveLength(5);
    expect(await program(...STORE(), ...heads)).toMatchObject({ code: 2 });
  });

  it("says in one line what it was asked wrong, or could not do", async () => {
    const wrong = async (...args: string[]): Promise<string> => {
      const { code, out, error } = await program(...args);
      expect([code, out]).toEqual([2, ""]);
      expect(error.trim().split("\n")).toHaveLength(1);
      return error;
    };
    expect(await wrong(...STORE(), "--entity", "person", "--id", "nobody")).toContain("nothing was recorded");
    expect(await wrong(...STORE(), "--checkpoint", path.join(folder, "none"))).toContain("cannot be read");
    writeFileSync(checkpointFile, JSON.stringify({ version: 1 }));
    expect(await wrong(...STORE(), "--checkpoint", checkpointFile)).toContain("is no checkpoint: covers");
    expect(await wrong("--endpoint", server.endpoint, "--key", "bm9uZQ==")).toContain("audit:verify: ");
    expect(await program("--help")).toMatchObject({ code: 0, out: expect.stringContaining("usage:") });
  });

  it("ends as a process with what it found", async () => {
    await alter("ana");
    const script = path.resolve(import.meta.dirname, "../../scripts/audit-verify.ts");
    const child = spawn(process.execPath, [script, ...STORE(), "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => void child.once("close", resolve));
    const [code, out] = await Promise.all([ended, text(child.stdout)]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ whole: false, verified: { entities: 5 } });
  });
});
