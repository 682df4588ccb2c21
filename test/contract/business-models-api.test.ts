import { createConnection } from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { startDue } from "../../engine/models/schedule/start-due.ts";
import { findState } from "../../engine/models/schedule/state.ts";
import type { Action } from "../../engine/runs/operator-log.ts";
import { ANA, type Answered, LUIS, modelsApi, OPERATOR, SQL } from "./models-api.ts";

const api = modelsApi();

const create = (json: object, as = ANA): Promise<Answered> => api.ask("POST businessmodels", { json, as });
const names = (): string[] => api.models().map(({ name }) => name);
/** What stands in the operator log: what was done to what. */
const log = (): string[] =>
  (api.ports.items("control") as Action[])
    .filter(({ kind }) => kind === "action")
    .map(({ actor, action, target }) => `${actor} ${action} ${target}`);

describe("making a model", () => {
  it("answers what it is, where it is, and all that it still needs", async () => {
    const { status, headers, json } = await create({ name: "Sales", job_frequency: 60 });
    const id = String(json["id"]);
    expect([status, headers]).toEqual([201, { location: `/api/v1/businessmodels/${id}` }]);
    const now = new Date(api.ports.time).toISOString();
    expect(json).toMatchObject({
      name: "Sales",
      job_frequency: 60,
      job_execution_command: null,
      active: true,
      missing: [
        { field: "job_execution_command" },
        { field: "model", message: `the .sql of its tables: PATCH /api/v1/upload/model/${id}` },
        { field: "job" },
      ],
      database: `bm_sales_${id}`,
      model: null,
      job: null,
      users: null,
      from: now,
      schedule: { coveredTo: now, nextRunAt: null, running: null, paused: null },
    });
    expect(json).not.toHaveProperty("owner");
    expect((await api.ask(`GET businessmodels/${id}`)).json).toEqual(json);
    expect(log()).toEqual(["ana create-model Sales"]);
  });

  it.each([
    [{}, "name"],
    [{ name: " Sales" }, "name"],
    [{ name: "Sa\u0000les" }, "name"],
    [{ name: "S".repeat(65) }, "name"],
    [{ name: "Sales", job_frequency: 0 }, "job_frequency"],
    [{ name: "Sales", job_frequency: 1.5 }, "job_frequency"],
    [{ name: "Sales", job_execution_command: "perl" }, "job_execution_command"],
    [{ name: "Sales", from: "yesterday" }, "from"],
    [{ name: "Sales", from: "2999-01-01" }, "from"],
  ])("of %j is refused, and the answer names the field", async (json, path) => {
    const { status, json: said } = await create(json);
    expect([status, said["issues"]]).toMatchObject([400, [{ path }]]);
    expect(names()).toEqual([]);
  });

  it("does not pass over a member that it does not know", async () => {
    const { status, json } = await create({ name: "Sales", frequency: 5 });
    expect([status, JSON.stringify(json["issues"])]).toEqual([400, expect.stringContaining("frequency")]);
  });

  it("keeps to the quota and says which; operators have none", async () => {
    await api.made("a");
    await api.made("b");
    expect(await create({ name: "c" })).toMatchObject({
      status: 409,
      json: { quota: "CAUDAL_MODELS_PER_SUBSCRIBER", most: 2 },
    });
    expect((await create({ name: "A" })).status).toBe(409);
    for (const name of ["a", "b", "c"]) expect((await create({ name }, OPERATOR)).status).toBe(201);
  });
});

describe("a subscriber", () => {
  it("sees and changes its own models alone; an operator all, with their owners", async () => {
    const id = await api.made();
    await create({ name: "Luis's" }, LUIS);
    const asked = [
      `GET businessmodels/${id}`,
      `PATCH businessmodels/${id}`,
      `DELETE businessmodels/${id}?confirm=Sales`,
      `GET businessmodels/${id}/executions`,
      `POST businessmodels/${id}/runs`,
      `POST businessmodels/${id}/credentials`,
    ];
    for (const each of asked) expect((await api.ask(each, { as: LUIS, json: {} })).status).toBe(404);
    for (const part of ["model", "job"]) {
      expect((await api.ask(`PATCH upload/${part}/${id}`, { as: LUIS, file: SQL })).status).toBe(404);
    }
    const namesIn = ({ json }: Answered): unknown[] =>
      (json["items"] as { name: string }[]).map(({ name }) => name);
    expect(namesIn(await api.ask("GET businessmodels"))).toEqual(["Sales"]);
    expect(namesIn(await api.ask("GET businessmodels", { as: OPERATOR }))).toEqual(["Sales", "Luis's"]);
    expect((await api.ask(`GET businessmodels/${id}`, { as: OPERATOR })).json).toMatchObject({
      owner: "ana",
    });
  });
});

describe("changing a model", () => {
  it("takes the members that are named, and refuses a name that the owner has", async () => {
    const id = await api.made();
    await api.made("Other");
    const change = { name: "Revenue", job_execution_command: "python3", active: false };
    expect(await api.ask(`PATCH businessmodels/${id}`, { json: change })).toMatchObject({
      status: 200,
      json: { ...change, job_frequency: null, database: `bm_sales_${id}` },
    });
    expect((await api.ask(`PATCH businessmodels/${id}`, { json: { name: "other" } })).status).toBe(409);
    for (const json of [{ name: null }, { owner: "luis" }, { active: "yes" }]) {
      expect((await api.ask(`PATCH businessmodels/${id}`, { json })).status).toBe(400);
    }
    expect(names()).toEqual(["Revenue", "Other"]);
  });

  it("moves its beginning until its first run has begun, and lifts a pause", async () => {
    const id = await api.made();
    const from = "2026-01-01T00:00:00.000Z";
    expect((await api.ask(`PATCH businessmodels/${id}`, { json: { from } })).json).toMatchObject({
      from,
      schedule: { coveredTo: from },
    });
    await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    await api.ask(`PATCH upload/job/${id}`, { file: "1", name: "feed.mjs" });
    await api.ask(`PATCH businessmodels/${id}`, {
      json: { job_frequency: 1, job_execution_command: "node" },
    });
    const model = api.model(id);
    expect(model && (await startDue(api.ports, model))).toBeDefined();
    expect((await api.ask(`PATCH businessmodels/${id}`, { json: { from } })).status).toBe(409);

    const held = await findState(api.ports.documents, id);
    const paused = { reason: "it failed", at: from };
    if (!held) throw new Error("it has no state");
    const item = { ...held.state, paused, failures: 5 };
    await api.ports.documents.write("control", item.id, [{ op: "upsert", item }]);
    expect((await api.ask(`GET businessmodels/${id}`)).json).toMatchObject({ schedule: { paused } });
    await api.ask(`PATCH businessmodels/${id}`, { json: { active: true } });
    expect((await api.ask(`GET businessmodels/${id}`)).json).toMatchObject({
      schedule: { paused: null, failures: 0 },
    });
  });
});

describe("a run that is asked for", () => {
  it("needs a whole model, and is started once", async () => {
    const id = await api.made();
    expect(await api.ask(`POST businessmodels/${id}/runs`)).toMatchObject({
      status: 409,
      json: { missing: [{ field: "job_frequency" }, {}, {}, {}] },
    });
    await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    await api.ask(`PATCH upload/job/${id}`, { file: "1", name: "feed.mjs" });
    await api.ask(`PATCH businessmodels/${id}`, {
      json: { job_frequency: 60, job_execution_command: "node" },
    });
    expect((await api.ask(`POST businessmodels/${id}/runs`)).status).toBe(409);
    api.ports.time += 1;
    const { status, headers, json } = await api.ask(`POST businessmodels/${id}/runs`);
    expect([status, headers]).toEqual([202, { location: `/api/v1/runs/${String(json["run"])}` }]);
    expect((await api.ask(`POST businessmodels/${id}/runs`)).json).toEqual(json);
    expect(api.ports.sent("runs")).toHaveLength(1);
  });
});

describe("deleting a model", () => {
  it("asks for its name, and drops its database and users", async () => {
    const id = await api.made();
    const first = await api.ask(`PATCH upload/model/${id}`, { file: SQL });
    for (const query of ["", "?confirm=sales"]) {
      const { status, json } = await api.ask(`DELETE businessmodels/${id}${query}`);
      expect([status, json["issues"]]).toMatchObject([400, [{ path: "confirm" }]]);
    }
    expect((await api.ask(`DELETE businessmodels/${id}?confirm=Sales`)).status).toBe(204);
    expect((await api.ask(`GET businessmodels/${id}`)).status).toBe(404);
    expect((await api.server.sizes([`bm_sales_${id}`])).get(`bm_sales_${id}`)).toBe(0);
    const { url } = first.json["reader"] as { url: string };
    await expect(createConnection(url)).rejects.toThrow("denied");
    expect(log().at(-1)).toBe("ana delete-model Sales");
  });
});
