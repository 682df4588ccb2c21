import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { shelve } from "../../engine/audit/stub.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { defineIntegration } from "../../engine/define/index.ts";
import { deadMessage, refusedDelivery } from "../../engine/deliveries/dead-letter.ts";
import { joined } from "../../engine/deliveries/pending.ts";
import { deliveryRecord } from "../../engine/deliveries/records.ts";
import type { Container, Item, Ports } from "../../engine/ports.ts";
import { startRun } from "../../engine/runs/start.ts";
import { pendingStep, type StepRecord } from "../../engine/sequences/runs/step-record.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { readRun, saveRun } from "../../engine/runs/run.ts";
import { documentItem, type Parked } from "../../engine/sync/entity.ts";
import { NOTHING } from "../../engine/sync/fold.ts";
import { parkingWrites } from "../../engine/sync/park.ts";
import { quarantine } from "../../engine/sync/quarantine.ts";
import { routes } from "../../functions/api/index.ts";
import type { Route } from "../../functions/api/http.ts";
import { bookOf, CHAIN } from "../unit/sequences/runs/book-of.ts";
import { type Ask, FIRST, openApi } from "../unit/functions/api.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { event, fold, goneRule, minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
const AT = minute(700);
const KEY = "person|1";

/** Every personal value of the store, and whether any route shows it to an operator. */
const planted = new Map<string, boolean>();
const plant = (where: string, shown = true): string => {
  const value = `planted-${where}@example.com`;
  planted.set(value, shown);
  return value;
};

let ports: Ports;
let ask: Ask;
let auditor: string;
let run: string;
let sequenceRun: string;
let inQuarantine: string;
/** The event whose address stands, which explanations are about. */
let standing: string;

beforeAll(async () => {
  ports = { ...memoryPorts(), documents: cosmosDocuments(account.database) };
  const list = defineIntegration(
    { name: "list", on: person },
    { settings: [], guardsVersions: false, deliver: async () => ({ status: "delivered" }) },
  );
  const definitions = { documents: [person], rules: [toldRule, goneRule], integrations: [list] };
  await makeContainers(account.database);
  const audit = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "der" });
  const env = { CAUDAL_OPERATOR_TOKEN: FIRST, CAUDAL_AUDIT_KEY: audit.toString("base64") };
  const book = bookOf({ list: CHAIN });
  ask = openApi(ports, definitions, env, { sequences: { book, work: undefined as never } });
  const issued = await ask("POST /api/v1/tokens", { json: { name: "ana", roles: ["auditor"] } });
  auditor = String(issued.json["token"]);
  await fillUnified();
  await fillDeliveries();
  await fillOperations();
});

async function put(container: Container, partition: string, ...items: readonly Item[]): Promise<void> {
  const writes = items.map((item) => ({ op: "upsert", item }) as const);
  expect(await ports.documents.write(container, partition, writes)).toMatchObject({ written: true });
}

async function fillUnified(): Promise<void> {
  const { state, records } = fold([
    event(told.type, minute(5), { email: plant("old-email") }),
    event(told.type, minute(9), { email: plant("email") }),
    event(told.type, minute(1), { email: plant("refused") }),
    event(told.type, minute(8), { email: `${plant("large")}${"x".repeat(300_000)}` }),
  ]);
  standing = records[1]?.event.id ?? "";
  const parked: Parked = { eventId: "crm:90", reason: plant("parked-reason"), at: AT, waiting: 3 };
  const waiting = [
    event(told.type, minute(20), { email: plant("waiting") }),
    event(told.type, minute(21), { email: "a", nick: plant("waiting-unfit") }),
    event("person.unknown", minute(22), { nick: plant("waiting-unknown") }),
  ];
  for (const record of records) {
    const shelved = shelve(record);
    if ("whole" in shelved) await ports.blobs.put(shelved.item.blob.name, shelved.whole);
    await put("unified", KEY, shelved.item);
  }
  await put("unified", KEY, documentItem(KEY, state, AT, parked));
  const line = parkingWrites(waiting, { ...parked, waiting: 0 }, AT).writes;
  expect(await ports.documents.write("unified", KEY, line)).toMatchObject({ written: true });
  const first: Parked = { eventId: "crm:91", reason: plant("first-parked"), at: AT, waiting: 1 };
  await put("unified", "person|2", documentItem("person|2", NOTHING, AT, first));
}

async function fillDeliveries(): Promise<void> {
  const facts = { key: KEY, integration: "list", eventId: standing, version: 2, at: AT, durationMs: 3 };
  const attempt = deliveryRecord(
    {
      ...facts,
      status: "failed",
      error: plant("delivery-error"),
      reason: plant("delivery-reason"),
      request: { method: "PUT", path: `/people/${plant("request")}` },
      response: { body: plant("response") },
    },
    1,
  );
  const letter = refusedDelivery(undefined, { ...facts, status: "failed", error: plant("dead-letter") });
  const message = {
    body: { data: plant("message", false) },
    messageId: "m1",
    sessionId: KEY,
    properties: { entity: plant("property") },
  };
  const dead = deadMessage("list", message, { reason: plant("broker"), deliveries: 9, at: AT });
  const announcement = { key: KEY, entity: "person", id: "1", version: 2, eventId: standing };
  const delay = { reason: "failing", detail: plant("pending"), dueAt: 0 } as const;
  const waits = joined(undefined, "list", announcement as never, delay, Date.parse(AT));
  for (const item of [attempt, letter, dead, waits]) await put("deliveries", KEY, item);
  const pause = { at: AT, until: minute(701), reason: plant("paused"), strikes: 1 };
  const id = "destination|list";
  await put("control", id, { id, kind: "destination", name: "list", paused: pause } as Item);
}

async function fillOperations(): Promise<void> {
  const fault = plant("fault");
  run = await startRun(ports, {
    kind: "replay",
    name: "dead-letters",
    request: { fault },
    unit: "x",
    actor: "o",
  });
  const started = await readRun(ports.documents, run);
  if (!started) throw new Error("the run was not recorded");
  await saveRun(ports.documents, { ...started, status: "failed", error: plant("run-error"), endedAt: AT });
  const asked = { key: KEY, reason: "asked for" };
  const erased = await startRun(ports, {
    kind: "erasure",
    name: "entities",
    request: asked,
    unit: "steps",
    actor: "o",
  });
  const erasure = await readRun(ports.documents, erased);
  if (!erasure) throw new Error("the erasure was not recorded");
  await saveRun(ports.documents, { ...erasure, status: "failed", error: plant("erasure"), endedAt: AT });
  await fillSequence();
  await recordAction(ports, { actor: "o", action: "replay", target: "dead-letters", details: { fault } });
  const { id } = await quarantine(ports.documents, {
    via: "receiver",
    name: "crm",
    deliveryId: "msg_1",
    at: AT,
    issues: [{ path: "contact.phone", message: `${plant("issue")} is no number` }],
    body: new TextEncoder().encode(JSON.stringify({ email: plant("payload") })),
  });
  inQuarantine = id.slice("quarantine|".length);
}

/** A run of a sequence whose step said what it should not have. */
async function fillSequence(): Promise<void> {
  const parameters = { who: plant("parameter") };
  const work = {
    kind: "sequence",
    name: "list",
    request: { parameters },
    unit: "steps",
    actor: "o",
  } as const;
  sequenceRun = await startRun(ports, work);
  const step: StepRecord = {
    ...pendingStep(sequenceRun, 0, "extract"),
    status: "failed",
    attempts: [{ attempt: 1, startedAt: AT, endedAt: AT, exitCode: 1, reason: plant("attempt-reason") }],
    command: ["bash", plant("argument")],
    output: plant("log"),
    artifact: { path: plant("artifact"), blob: null, sha256: "0", bytes: 1 },
    result: { last: plant("result") },
    reason: plant("step-reason"),
  };
  await put("operations", sequenceRun, step);
}

/** What stands for the parameters of a route. */
const PARAMETERS = (): Record<string, string> => ({
  entity: "person",
  id: "1",
  run,
  integration: "list",
  pull: "none",
  receiver: "none",
  name: "list",
  schema: "sequence.json",
});

/** How a route is asked, where its parameters alone do not say it: several times, with a query, with a body. */
const CASES: Readonly<Record<string, () => readonly Request[]>> = {
  "api-entities-read": () => [
    { path: "/api/v1/entities/person/1" },
    { path: `/api/v1/entities/person/1?at=${AT}` },
    { path: "/api/v1/entities/person/2", status: 404 },
  ],
  "api-entities-explain": () =>
    ["contact.email", "contact"].map((path) => ({
      path: `/api/v1/entities/person/1/explain?path=${path}`,
    })),
  "api-runs-read": () => [run, sequenceRun].map((id) => ({ path: `/api/v1/runs/${id}` })),
  "api-audit-verify-start": () => [{ path: "/api/v1/audit/verify", status: 202 }],
  "api-rehearsals-start": () => [{ path: "/api/v1/rehearsals", status: 202 }],
  "api-quarantine-read": () => [{ path: `/api/v1/quarantine/${inQuarantine}` }],
  "api-webhooks-receive": () => [{ path: "/api/v1/webhooks/none", status: 404 }],
};

interface Request {
  readonly path: string;
  readonly json?: unknown;
  /** 200 where nothing is said. */
  readonly status?: number;
}

function requestsOf(route: Route): readonly Request[] {
  const given = CASES[route.name];
  if (given) return given();
  const path = route.route.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = PARAMETERS()[name];
    if (value === undefined) throw new Error(`give ${route.name} a case: nothing is known of {${name}}`);
    return value;
  });
  return [{ path: `/${path}` }];
}

const forAuditors = routes.filter(({ access }) => access === "open" || access.includes("auditor"));
const read = async (route: Route, token?: string): Promise<string> => {
  const answers: string[] = [];
  for (const { path, json, status = 200 } of requestsOf(route)) {
    const options = { ...(token === undefined ? {} : { token }), ...(json === undefined ? {} : { json }) };
    const answer = await ask(`${route.methods[0]} ${path}`, options);
    expect({ path, ...answer }).toMatchObject({ path, status });
    answers.push(JSON.stringify(answer));
  }
  return answers.join("\n");
};

describe("personal values", () => {
  test.each(forAuditors.map((route) => [route.name, route] as const))(
    "are in no answer of %s to an auditor",
    async (_name, route) => {
      const answers = await read(route, auditor);
      expect([...planted.keys()].filter((value) => answers.includes(value))).toEqual([]);
    },
  );

  test("are seen by an operator", async () => {
    const answers = (await Promise.all(forAuditors.map((route) => read(route)))).join("\n");
    const seen = [...planted.keys()].filter((value) => answers.includes(value));
    expect(seen).toEqual([...planted].filter(([, shown]) => shown).map(([value]) => value));
  });

  test("of deliveries are in an explanation for an operator: what is masked in it for others", async () => {
    const { json } = await ask("GET /api/v1/entities/person/1/explain?path=contact.email");
    const explained = JSON.stringify(json);
    for (const where of ["email", "refused", "delivery-error", "pending", "dead-letter"]) {
      expect(explained).toContain(`planted-${where}@`);
    }
  });

  test("cannot be asked for by an auditor: no dead letters by fault", async () => {
    for (const list of ["dead-letters", "dead-letters/groups"]) {
      expect(await ask(`GET /api/v1/${list}?fault=x`, { token: auditor })).toMatchObject({ status: 403 });
      expect(await ask(`GET /api/v1/${list}?fault=x`)).toMatchObject({ status: 200 });
    }
  });

  test("hide nothing else: an auditor sees what failed, where, when and how often", async () => {
    const seen = async (path: string): Promise<unknown> =>
      (await ask(`GET ${path}`, { token: auditor })).json;
    expect(await seen("/api/v1/deliveries")).toMatchObject({
      items: [{ key: KEY, status: "failed", error: "[masked]", request: "[masked]", durationMs: 3 }],
    });
    const groups = (await seen("/api/v1/dead-letters/groups")) as { items: unknown[] };
    expect(groups.items).toEqual([
      { integration: "list", fault: "[masked]", count: 1, firstAt: AT, lastAt: AT },
      { integration: "list", fault: "[masked]", count: 1, firstAt: AT, lastAt: AT },
    ]);
    expect(await seen("/api/v1/parked/person/1")).toMatchObject({
      items: [
        { place: 1, event: { type: told.type, data: { number: "1", email: "[masked]" } } },
        { place: 2, event: { data: "[masked]" } },
        { place: 3, event: { type: "person.unknown", data: "[masked]" } },
      ],
    });
    expect(await seen(`/api/v1/runs/${run}`)).toMatchObject({
      status: "failed",
      error: "[masked]",
      kind: "replay",
    });
    expect(await seen("/api/v1/quarantine")).toMatchObject({
      items: [{ via: "receiver", issues: [{ path: "contact.phone", message: "[masked]" }] }],
    });
  });
});
