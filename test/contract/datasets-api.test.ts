import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineApp, defineImport } from "../../engine/define/index.ts";
import { startRun } from "../../engine/runs/start.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { answer } from "../../functions/api/answer.ts";
import {
  deleteOneDataset,
  openUpload,
  readRejected,
  readRejectedOfDataset,
} from "../../functions/api/dataset-loads.ts";
import { etl } from "../../functions/api/etl.ts";
import type { ApiResponse, Caller, Route } from "../../functions/api/http.ts";
import { cancelOneRun, readOneRun } from "../../functions/api/runs.ts";
import type { Services } from "../../functions/services.ts";
import { type DatasetsDesk, openDatasetsDesk } from "./datasets-desk.ts";
import { type MysqlServer, privateMysqlServer } from "./mysql-server.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

let server: MysqlServer;
let desk: DatasetsDesk;
let services: Services;
beforeAll(async () => {
  server = await privateMysqlServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  desk = await openDatasetsDesk(server.url);
  services = {
    app: defineApp({ documents: [], rules: [] }),
    ports: desk.ports,
    settings: createSettings({}, []),
    datasets: desk.loading.datasets,
    log: () => {},
    secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
    ...NO_MODELS,
    close: async () => {},
  };
});
afterEach(() => desk.close());

const OPERATOR: Caller = { name: "operator", roles: ["operator"] };
const ANA: Caller = { name: "ana", roles: ["subscriber"] };
const LUIS: Caller = { name: "luis", roles: ["subscriber"] };

interface Said {
  readonly body?: string | Uint8Array | FormData;
  readonly type?: string;
  readonly caller?: Caller;
  readonly params?: Record<string, string>;
}

/** Asks a route as a caller whose token was found good. */
async function ask(
  route: Route,
  query = "",
  { body = "", type = "text/csv", caller = ANA, params = {} }: Said = {},
): Promise<ApiResponse & { readonly json: Record<string, unknown> }> {
  const sent = new Request("http://caudal.example/", {
    method: "POST",
    body: typeof body === "string" || body instanceof FormData ? body : new Uint8Array(body),
  });
  const bytes = new Uint8Array(await sent.arrayBuffer());
  const contentType = body instanceof FormData ? (sent.headers.get("content-type") ?? "") : type;
  const open: Route = {
    ...route,
    access: "open",
    handle: (request, given) => route.handle(request, given, caller),
  };
  const request = {
    method: route.methods[0] ?? "GET",
    url: new URL(`http://caudal.example/${route.route}${query}`),
    params,
    header: (name: string) => (name === "content-type" ? contentType : undefined),
    body: async () => bytes,
    stream: async function* () {
      for (let from = 0; from < bytes.length; from += 1_000) yield bytes.subarray(from, from + 1_000);
    },
  };
  const answered = await answer(open, request, services);
  return { ...answered, json: (answered.json ?? {}) as Record<string, unknown> };
}

async function textOf({ body }: ApiResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  if (body) for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function form(
  file: string,
  fields: Record<string, string> = {},
  late: Record<string, string> = {},
): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  made.append("file", new Blob([file]), "Titanic (1).csv");
  for (const [name, value] of Object.entries(late)) made.append(name, value);
  return made;
}

const FILE = "id,name\n1,Ana\n2,Luis\n";

describe("a dataset whose rows become events", () => {
  const contacts = defineImport({
    dataset: "contacts",
    source: "list",
    row: z.object({ email: z.string() }),
    events: () => [],
  });

  it("is loaded by operators alone, since its rows alter documents", async () => {
    services = { ...services, app: defineApp({ documents: [], rules: [], imports: [contacts] }) };
    const body = "email\na@x.co\n";
    expect(await ask(etl, "?name=Contacts.csv", { body })).toMatchObject({ status: 403 });
    const json = JSON.stringify({ blob: `uploads/${"0".repeat(36)}`, name: "contacts" });
    expect(await ask(etl, "", { body: json, type: "application/json" })).toMatchObject({ status: 403 });
    expect(await ask(etl, "?name=Contacts.csv", { body, caller: OPERATOR })).toMatchObject({ status: 202 });
    expect(await ask(etl, "?name=people.csv", { body })).toMatchObject({ status: 202 });
  });
});

describe("a file that is sent", () => {
  it("as a form is answered with its run and its table, and loaded", async () => {
    const { status, headers, json } = await ask(etl, "", { body: form(FILE, { text: "title" }) });
    expect(status).toBe(202);
    expect(json).toEqual({ run: expect.any(String) as string, table: "titanic_1" });
    expect(headers).toMatchObject({ location: `/api/v1/runs/${String(json["run"])}` });
    await desk.serve();
    expect(await desk.rows("titanic_1")).toEqual([
      [1, "1", "Ana"],
      [2, "2", "Luis"],
    ]);
  });

  it("as the body, packed, in UTF-16, is loaded like any other", async () => {
    const body = gzipSync(Buffer.from(`\uFEFF${FILE}`, "utf16le"));
    const { json } = await ask(etl, "?name=people", { body });
    await desk.serve();
    expect(await desk.rows()).toEqual([
      [1, "1", "Ana"],
      [2, "2", "Luis"],
    ]);
    expect(await desk.run(String(json["run"]))).toMatchObject({
      result: { encoding: "utf-16le", bytes: body.length },
    });
  });

  it("again is answered with the run that loaded it", async () => {
    const first = await ask(etl, "?name=people", { body: FILE });
    await desk.serve();
    for (const query of ["?name=people", "?name=people&mode=append", "?name=people&mode=replace"]) {
      const { status, json } = await ask(etl, query, { body: FILE });
      expect({ status, json }).toEqual({
        status: 200,
        json: { run: first.json["run"], table: "people", already: true },
      });
    }
    await desk.serve();
    expect((await desk.rows()).length).toBe(2);
  });
});

describe("a file that is not taken", () => {
  beforeEach(async () => {
    await ask(etl, "?name=people", { body: FILE });
    await desk.serve();
  });

  it.each([
    ["?name=people", { body: "id,name\n3,Eva\n" }, 409, /mode=append.*mode=replace.*mode=upsert/],
    ["?name=people", { body: FILE, caller: LUIS }, 409, /is taken/],
    ["?name=people&mode=replace", { body: FILE, caller: LUIS }, 409, /is taken/],
    ["?name=other&mode=upsert", { body: FILE }, 400, /not asked for rightly/],
    ["?name=people&mode=append", { body: "id,nombre\n3,Eva\n" }, 422, /it lacks "name".*"nombre"/],
    ["?name=other&mode=upsert&key=ID,year", { body: FILE }, 422, /the key names "year"/i],
    ["?name=other", { body: "" }, 422, /the file is empty/i],
    [
      "?name=other",
      { body: `${Array.from({ length: 2_000 }, (_, i) => `c${i}`).join(",")}\n` },
      422,
      /2000 columns.*at most 190/,
    ],
    ["?name=other", { body: "%PDF-1.4\n" }, 422, /PDF/],
    ["?name=other", { body: FILE, type: "multipart/form-data" }, 422, /boundary/],
    ["", { body: form(FILE, {}, { mode: "append" }) }, 422, /`mode` behind the file/],
  ])("%s", async (query, said, status, detail) => {
    const refused = await ask(etl, query, said);
    expect(refused.status).toBe(status);
    expect(refused.json["detail"]).toMatch(detail);
    await desk.serve();
    expect(await desk.tables()).toEqual(["people"]);
    expect(desk.ports.blobNames()).toEqual([]);
  });
});

describe("an upload address", () => {
  const blob = "uploads/00000000-0000-4000-8000-000000000000";

  it("names a blob of its own, for an hour", async () => {
    const uploadAddress = async (name: string, until: number): Promise<string> =>
      `https://blobs/${name}?${until}`;
    services = { ...services, ports: { ...desk.ports, blobs: { ...desk.ports.blobs, uploadAddress } } };
    const { status, json } = await ask(openUpload);
    const until = desk.ports.time + 3_600_000;
    expect(status).toBe(201);
    expect(json).toEqual({
      blob: expect.stringMatching(/^uploads\/[0-9a-f-]{36}$/) as string,
      url: `https://blobs/${String(json["blob"])}?${until}`,
      expiresAt: new Date(until).toISOString(),
    });
  });

  it("is where the file is read from, which goes with its load", async () => {
    await desk.ports.blobs.put(blob, Buffer.from(FILE));
    const body = JSON.stringify({ blob, name: "people.csv", strict: true });
    const { status, json } = await ask(etl, "", { body, type: "application/json" });
    expect(status).toBe(202);
    await desk.serve();
    expect(await desk.run(String(json["run"]))).toMatchObject({ status: "succeeded", result: { rows: 2 } });
    expect(desk.ports.blobNames()).toEqual([]);
  });

  it("to which nothing was sent fails the load", async () => {
    const body = JSON.stringify({ blob, name: "people.csv" });
    const { json } = await ask(etl, "", { body, type: "application/json" });
    await desk.serve();
    const run = await desk.run(String(json["run"]));
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/there is no upload/);
  });

  it("is the only place that a load may name", async () => {
    const body = JSON.stringify({ blob: "datasets/x/part-000001", name: "people.csv" });
    expect((await ask(etl, "", { body, type: "application/json" })).status).toBe(400);
  });
});

describe("a dataset's loads", () => {
  it("give what was rejected as one file, in its order, to whoever may see it", async () => {
    const broken = Array.from({ length: 40 }, (_, i) => (i % 10 === 0 ? `${i}\n` : `${i},x\n`)).join("");
    // In several parts.
    const run = await desk.send(`id,name\n${broken}`);
    await desk.serve();
    expect(desk.ports.blobNames().length).toBeGreaterThan(1);
    const params = { run, table: "people" };
    const text = await textOf(await ask(readRejected, "", { params }));
    const reason = '"has 1 field where the header has 2"';
    expect(text).toBe(
      `line,reason,raw\n${[0, 10, 20, 30].map((i) => `${i + 2},${reason},"${i}"\n`).join("")}`,
    );
    expect(await textOf(await ask(readRejectedOfDataset, "", { params }))).toBe(text);
    expect(await textOf(await ask(readRejected, "", { params, caller: OPERATOR }))).toBe(text);
    expect((await ask(readRejected, "", { params, caller: LUIS })).status).toBe(404);
    expect((await ask(readRejectedOfDataset, "", { params: { ...params, table: "other" } })).status).toBe(
      404,
    );
  });

  it("are runs that their owner may read, and no other subscriber", async () => {
    const { json } = await ask(etl, "?name=people", { body: FILE });
    const params = { run: String(json["run"]) };
    expect((await ask(readOneRun, "", { params })).json).toMatchObject({ kind: "load", name: "people" });
    expect((await ask(readOneRun, "", { params, caller: LUIS })).status).toBe(404);
    expect((await ask(readOneRun, "", { params, caller: OPERATOR })).status).toBe(200);
  });

  it("may be ended by their owner, and by no other subscriber; what is no load by operators alone", async () => {
    const { json } = await ask(etl, "?name=people.csv", { body: "id\n1\n" });
    const params = { run: String(json["run"]) };
    expect((await ask(cancelOneRun, "", { params, caller: LUIS })).status).toBe(404);
    expect((await ask(cancelOneRun, "", { params })).status).toBe(202);
    await desk.serve();
    expect(await desk.run(params.run)).toMatchObject({ status: "cancelled" });
    const work = { kind: "profile", name: "people", request: {}, actor: "ana", unit: "columns" } as const;
    const profile = { run: await startRun(desk.ports, work) };
    expect((await ask(cancelOneRun, "", { params: profile })).status).toBe(404);
    expect((await ask(cancelOneRun, "", { params: profile, caller: OPERATOR })).status).toBe(202);
  });
});

describe("deleting a dataset by its name in capitals", () => {
  it("is deleting it, as asking it is", async () => {
    await ask(etl, "?name=people", { body: FILE });
    await desk.serve();
    const params = { table: "PEOPLE" };
    expect((await ask(deleteOneDataset, "?confirm=people", { params })).status).toBe(204);
    expect(await desk.tables()).toEqual([]);
  });
});

describe("deleting a dataset", () => {
  beforeEach(async () => {
    await ask(etl, "?name=people", { body: FILE });
    await desk.serve();
  });
  const params = { table: "people" };

  it("takes its name twice, and leaves nothing but who did it", async () => {
    expect((await ask(deleteOneDataset, "", { params })).status).toBe(400);
    expect((await ask(deleteOneDataset, "?confirm=peopl", { params })).status).toBe(400);
    expect(await desk.tables()).toEqual(["people"]);
    expect((await ask(deleteOneDataset, "?confirm=people", { params })).status).toBe(204);
    expect(await desk.tables()).toEqual([]);
    expect(desk.ports.items("control")).toMatchObject([
      { actor: "ana", action: "delete-dataset", target: "people" },
    ]);
  });

  it("is for its owner and for operators", async () => {
    expect((await ask(deleteOneDataset, "?confirm=people", { params, caller: LUIS })).status).toBe(404);
    expect((await ask(deleteOneDataset, "?confirm=people", { params, caller: OPERATOR })).status).toBe(204);
  });

  it("lets the same file be loaded again", async () => {
    await ask(deleteOneDataset, "?confirm=people", { params });
    expect((await ask(etl, "?name=people", { body: FILE })).status).toBe(202);
    await desk.serve();
    expect((await desk.rows()).length).toBe(2);
  });
});
