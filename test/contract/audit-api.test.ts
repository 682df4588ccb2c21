import { generateKeyPairSync } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { publicKeyOf } from "../../engine/audit/checkpoint/audit-key.ts";
import {
  type Checkpoint,
  type InclusionProof,
  isProven,
  isSigned,
} from "../../engine/audit/checkpoint/checkpoint.ts";
import { verifyLog, type VerifyState } from "../../engine/audit/verify/run.ts";
import { FIRST, type Ask, openApi } from "../unit/functions/api.ts";
import { event, goneRule, minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";
import { rechained, type Tamperer, tampererOf } from "./tampering.ts";

const account = useAccount();
const definitions = { documents: [person], rules: [toldRule, goneRule] };
const { privateKey } = generateKeyPairSync("ed25519");
const CAUDAL_AUDIT_KEY = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
let desk: Desk;
let hand: Tamperer;
let ask: Ask;

beforeAll(async () => {
  await makeContainers(account.database);
  hand = tampererOf(account.database.container("unified"));
});

const people = ["ana", "eva", "ida", "leo", "teo"];
/** Five people of two records each, recorded more than a minute ago. */
beforeEach(async () => {
  desk = openDesk(account.database, definitions);
  ask = openApi(desk.ports, definitions, { CAUDAL_OPERATOR_TOKEN: FIRST, CAUDAL_AUDIT_KEY });
  for (const name of people) await hand.remove(...(await items(`person|${name}`)));
  for (const name of people) await tell(name, 1, 2);
  desk.pass(120_000);
});
async function items(key: string): Promise<{ id: string; key: string }[]> {
  const { resources } = await account.database
    .container("unified")
    .items.query<{ id: string; key: string }>("SELECT c.id, c.key FROM c", { partitionKey: key })
    .fetchAll();
  return resources;
}
async function tell(name: string, ...minutes: number[]): Promise<void> {
  const events = minutes.map((at) => ({
    ...event(told.type, minute(at), { email: `${name}-${at}@example.com` }),
    subject: `person|${name}`,
  }));
  await desk.processor.process(events);
}
async function breakOne(): Promise<string> {
  const [first] = await hand.records("person|ida");
  if (!first) throw new Error("no record");
  await hand.put({ ...first, outcome: "skipped" });
  return first.id;
}

describe("GET /api/v1/audit/verify", () => {
  it("answers 200 with what there is, broken or not", async () => {
    const whole = await ask("GET /api/v1/audit/verify");
    expect(whole).toMatchObject({ status: 200, json: { entities: 5, records: 10, breaks: [] } });
    expect(whole.json).not.toHaveProperty("more");
    const id = await breakOne();
    const { status, json } = await ask("GET /api/v1/audit/verify");
    expect(status).toBe(200);
    const detail = "its hash is not that of what it says";
    const found = { key: "person|ida", id, sequence: 1, kind: "altered", detail };
    expect(json).toEqual({ entities: 5, records: 10, breaks: [found] });
  });

  it("looks at one entity, or those that were written since a time", async () => {
    await breakOne();
    const one = await ask("GET /api/v1/audit/verify?entity=person&id=ana");
    expect(one.json).toEqual({ entities: 1, records: 2, breaks: [] });
    const since = await ask("GET /api/v1/audit/verify?since=2100-01-01");
    expect(since.json).toEqual({ entities: 0, records: 0, breaks: [] });
  });

  it("says what of a query makes no sense, and that there is no such entity", async () => {
    const refused = async (query: string): Promise<unknown> => {
      const { status, json } = await ask(`GET /api/v1/audit/verify?${query}`);
      return [status, (json["issues"] as { path: string }[] | undefined)?.[0]?.path];
    };
    expect(await refused("entity=person")).toEqual([400, "id"]);
    expect(await refused("id=ana")).toEqual([400, "entity"]);
    expect(await refused("since=yesterday")).toEqual([400, "since"]);
    expect(await refused("entity=person&id=ana&since=2026-01-01")).toEqual([400, "since"]);
    expect(await refused("entity=person&id=nobody")).toEqual([404, undefined]);
  });
});

describe("POST /api/v1/audit/verify", () => {
  it("starts a run that ends with the same, and is in the operator log", async () => {
    const id = await breakOne();
    const started = await ask("POST /api/v1/audit/verify", { json: {} });
    expect(started).toMatchObject({
      status: 202,
      headers: { location: expect.stringContaining("/api/v1/runs/") },
    });
    expect(await desk.run()).toMatchObject({
      kind: "verify",
      name: "audit",
      status: "succeeded",
      progress: { done: 10, total: 10, unit: "records" },
      result: { entities: 5, records: 10, breaks: [{ id, kind: "altered" }] },
    });
    const { json } = await ask("GET /api/v1/operator-log?action=verify&limit=1");
    expect(json).toMatchObject({ items: [{ actor: "operator", target: "audit" }] });
  });

  it("verifies one entity, or what changed, and says what of a body makes no sense", async () => {
    await ask("POST /api/v1/audit/verify", { json: { entity: "person", id: "eva" } });
    expect(await desk.run()).toMatchObject({ result: { entities: 1, records: 2 } });
    await ask("POST /api/v1/audit/verify", { json: { since: "2100-01-01" } });
    expect(await desk.run()).toMatchObject({ result: { entities: 0 }, progress: { total: null } });
    for (const json of [
      { entity: "person" },
      { id: "eva" },
      { entity: "person", id: "eva", since: "2026-01-01" },
    ]) {
      expect(await ask("POST /api/v1/audit/verify", { json })).toMatchObject({ status: 400 });
    }
  });

  it("goes on after the last entity of the slice before", async () => {
    await breakOne();
    const slices: (Record<string, unknown> | "again")[] = [];
    let state: VerifyState | undefined;
    let result: Record<string, unknown> | "again" = "again";
    while (result === "again") {
      result = await verifyLog(desk.ports, {
        request: {},
        state,
        actor: "ana",
        id: "run",
        startedAt: "",
        save: async (change) => void (state = change.state ?? state),
        // Each slice is over after one entity.
        spent: () => true,
      });
      slices.push(result);
      if (slices.length > 10) throw new Error("it does not end");
    }
    expect(slices).toHaveLength(6);
    expect(result).toMatchObject({ entities: 5, records: 10, breaks: [{ key: "person|ida" }] });
  });
});

describe("GET /api/v1/audit/checkpoint", () => {
  const checkpoint = async (query = ""): Promise<Checkpoint & { proof?: InclusionProof }> => {
    const { status, json } = await ask(`GET /api/v1/audit/checkpoint${query}`);
    expect(status).toBe(200);
    return json as unknown as Checkpoint;
  };

  it("is signed, and covers what was recorded until a minute before", async () => {
    await tell("teo", 3);
    const signed = await checkpoint();
    expect(signed).toMatchObject({ version: 1, entities: 5, records: 10, algorithm: "Ed25519" });
    expect(signed.publicKey).toBe(publicKeyOf(privateKey));
    expect(isSigned(signed)).toBe(true);
    for (const [name, value] of Object.entries({
      covers: "2030-01-01T00:00:00.000Z",
      records: 11,
      entities: 6,
      root: "00",
    })) {
      expect([name, isSigned({ ...signed, [name]: value })]).toEqual([name, false]);
    }
    expect(isSigned({ ...signed, publicKey: "none" })).toBe(false);
    desk.pass(120_000);
    expect(await checkpoint()).toMatchObject({ entities: 5, records: 11 });
  });

  it("proves that an entity's newest record is in it", async () => {
    for (const [index, name] of people.entries()) {
      const { proof, ...signed } = await checkpoint(`?entity=person&id=${name}`);
      const [, newest] = await hand.records(`person|${name}`);
      expect(proof).toMatchObject({
        index,
        leaf: { key: `person|${name}`, sequence: 2, hash: newest?.hash },
      });
      expect(proof && isProven(proof, signed)).toBe(true);
      expect(proof && isProven({ ...proof, leaf: { ...proof.leaf, sequence: 1 } }, signed)).toBe(false);
      expect(isSigned(signed)).toBe(true);
    }
    expect(await ask("GET /api/v1/audit/checkpoint?entity=person&id=nobody")).toMatchObject({ status: 404 });
    expect(await ask("GET /api/v1/audit/checkpoint?entity=person")).toMatchObject({ status: 400 });
  });

  it("has another root after a chain was written anew, which its own hashes do not tell", async () => {
    const before = await checkpoint();
    const [first, ...others] = await hand.records("person|leo");
    if (!first) throw new Error("no record");
    const made = rechained([{ ...first, reason: "written anew" }, ...others], 0);
    await hand.put(...made, { ...(await hand.document("person|leo")), head: made.at(-1)?.hash });
    expect((await ask("GET /api/v1/audit/verify")).json).toMatchObject({ breaks: [] });
    const after = await checkpoint();
    expect(after.root).not.toBe(before.root);
  });

  it("ends an entity's part before the first record that was recorded later, whatever those after it say", async () => {
    const [first, second] = await hand.records("person|ana");
    if (!first || !second) throw new Error("no records");
    await hand.put({ ...first, at: "2100-01-01T00:00:00.000Z" });
    expect(await checkpoint()).toMatchObject({ entities: 4, records: 8 });
  });

  it("is 503 without a key, and with one that is none, which the answer does not show", async () => {
    const none = openApi(desk.ports, definitions);
    expect(await none("GET /api/v1/audit/checkpoint")).toMatchObject({
      status: 503,
      json: { detail: expect.stringContaining("CAUDAL_AUDIT_KEY") },
    });
    const wrong = openApi(desk.ports, definitions, {
      CAUDAL_OPERATOR_TOKEN: FIRST,
      CAUDAL_AUDIT_KEY: "nonsense",
    });
    const { status, json } = await wrong("GET /api/v1/audit/checkpoint");
    expect(status).toBe(503);
    expect(json["detail"]).toContain("Ed25519");
    expect(json["detail"]).not.toContain("nonsense");
  });
});
