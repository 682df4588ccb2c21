import { randomBytes } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { signJobToken } from "../../engine/access/job-token.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { defineDocument } from "../../engine/define/index.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { NOTHING } from "../../engine/sync/fold.ts";
import { routes } from "../../functions/api/index.ts";
import { z } from "zod";
import { type Answer, type Ask, FIRST, openApi } from "../unit/functions/api.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { minute, person } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
const key = randomBytes(32);
const memory = memoryPorts();
const place = defineDocument("place", { id: ["name"], schema: z.object({ town: z.string() }) });

let ask: Ask;
/** The token of a job's run, for a minute. */
const token = signJobToken(key, { model: "abcdefghij", run: "r", until: memory.time + 60_000 });

beforeAll(async () => {
  const { database } = account;
  await makeContainers(database);
  const documents = cosmosDocuments(database);
  const env = { CAUDAL_OPERATOR_TOKEN: FIRST, CAUDAL_SECRETS_KEY: key.toString("base64") };
  ask = openApi({ ...memory, documents }, { documents: [person, place] }, env);
  const put = (id: string, at: string, data?: object): Promise<unknown> => {
    const state = { ...NOTHING, version: 2, sequence: 3, ...(data ? { data } : {}) };
    const item = documentItem(id, state, at);
    return documents.write("unified", id, [{ op: "upsert", item }]);
  };
  await put("person|3", minute(30), { contact: { email: "c@example.com" } });
  await put("person|1", minute(10), { contact: { email: "a@example.com" } });
  await put("person|2", minute(20));
  await put("place|Lima", minute(15), { town: "Lima" });
});

const list = (query: string, by: string = token): Promise<Answer> =>
  ask(`GET /api/v1/entities/person${query}`, { token: by });
const ids = ({ json }: Answer): string[] => (json["items"] as { id: string }[]).map(({ id }) => id);

describe("the entities that changed", () => {
  it("come in the order of their changes, with what is masked masked, and removed ones as such", async () => {
    const { status, json } = await list(`?changedFrom=${minute(0)}&changedTo=${minute(60)}`);
    expect(status).toBe(200);
    const shared = { entity: "person", version: 2, sequence: 3 };
    expect(json).toEqual({
      items: [
        { ...shared, key: "person|1", id: "1", data: { contact: "[masked]" }, at: minute(10) },
        { ...shared, key: "person|2", id: "2", deleted: true, at: minute(20) },
        { ...shared, key: "person|3", id: "3", data: { contact: "[masked]" }, at: minute(30) },
      ],
      next: null,
    });
    const seen = await list("", FIRST);
    expect(seen.json).toMatchObject({ items: [{ data: { contact: { email: "a@example.com" } } }, {}, {}] });
  });

  it("are those of the window, and of the minute before it", async () => {
    const between = async (from: string, to: string): Promise<string[]> =>
      ids(await list(`?changedFrom=${from}&changedTo=${to}`));
    expect(await between(minute(10), minute(20))).toEqual(["1"]);
    expect(await between(minute(20), minute(30))).toEqual(["2"]);
    expect(await between(minute(21), minute(30))).toEqual(["2"]);
    expect(await between(minute(22), minute(30))).toEqual([]);
  });

  it("come page by page", async () => {
    const pages: string[][] = [];
    let cursor: unknown;
    do {
      const more: string = typeof cursor === "string" ? `&cursor=${cursor}` : "";
      const page = await list(`?limit=1${more}`);
      pages.push(ids(page));
      cursor = page.json["next"];
    } while (cursor !== null);
    expect(pages.flat()).toEqual(["1", "2", "3"]);
  });

  it("are none of an entity that there is not, nor of a window that goes backwards", async () => {
    expect((await ask("GET /api/v1/entities/ghost", { token })).status).toBe(404);
    expect((await list(`?changedFrom=${minute(9)}&changedTo=${minute(9)}`)).status).toBe(400);
    expect((await list("?changedFrom=noon")).status).toBe(400);
  });
});

describe("a job's token", () => {
  it("opens entities and nothing else, until its time is over", async () => {
    expect((await ask("GET /api/v1/entities/person/1", { token })).json).toMatchObject({
      data: { contact: "[masked]" },
    });
    const open = ["api/v1/entities/{entity}", "api/v1/entities/{entity}/{id}"];
    for (const { methods, route, access } of routes) {
      if (access === "open" || open.includes(route)) continue;
      for (const method of methods) {
        const { status } = await ask(`${method} /${route.replaceAll(/[{}]/g, "")}`, { token });
        expect([method, route, status]).toEqual([method, route, 403]);
      }
    }
    memory.time += 60_000;
    expect((await list("")).status).toBe(401);
    memory.time -= 60_000;
  });

  it("is none that another key signed, or where there is no key", async () => {
    const forged = signJobToken(randomBytes(32), { model: "abcdefghij", run: "r", until: memory.time + 1 });
    expect((await list("", forged)).status).toBe(401);
    const keyless = openApi(memory, { documents: [person] });
    expect((await keyless("GET /api/v1/entities/person", { token })).status).toBe(401);
  });
});
