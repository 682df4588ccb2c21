import { describe, expect, it } from "vitest";
import { openDatabase } from "../../engine/datasets/database.ts";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { defineApp } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Action } from "../../engine/runs/operator-log.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import {
  actOnDeadLetters,
  listAllDeadLetters,
  readDeadLetterGroups,
} from "../../functions/api/dead-letters.ts";
import { listDeliveries, replayAllDeliveries } from "../../functions/api/deliveries.ts";
import { type ApiResponse, Refused, type Route } from "../../functions/api/http.ts";
import {
  holdIntegration,
  listIntegrations,
  readIntegration,
  releaseIntegration,
  resyncIntegration,
} from "../../functions/api/integrations.ts";
import { listPending } from "../../functions/api/pending.ts";
import { person } from "../unit/sync/shop.ts";
import { Desk } from "./delivery-desk.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

const desk = new Desk();

interface Asked {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: unknown;
}

/** Calls a route as the token `ana`. */
async function call(
  route: Route,
  { params = {}, query = "", body }: Asked = {},
): Promise<{ status: number; json: Record<string, unknown> }> {
  const { ports } = desk.host();
  const app = defineApp({ documents: [person], rules: [], integrations: [desk.integration] });
  const settings = createSettings(desk.env, []);
  const secrets = {
    fresh: <T>(_n: string, _f: (value: T) => boolean, renew: (last: T | undefined) => Promise<T>) =>
      renew(undefined),
  };
  const services = {
    app,
    ports,
    settings,
    secrets,
    datasets: openDatabase(settings),
    log: ports.log,
    ...NO_MODELS,
    close: async () => {},
  };
  const request = {
    method: route.methods[0] ?? "GET",
    url: new URL(`http://127.0.0.1/${route.route}${query}`),
    params,
    header: () => undefined,
    stream: async function* () {},
    body: async () => Buffer.from(body === undefined ? "" : JSON.stringify(body)),
  };
  const answer = await route
    .handle(request, services, { name: "ana", roles: ["operator"] })
    .catch((error: unknown): ApiResponse => {
      if (error instanceof Refused) return error.response;
      throw error;
    });
  return { status: answer.status, json: answer.json as Record<string, unknown> };
}

async function actions(): Promise<Pick<Action, "actor" | "action" | "target">[]> {
  const text = "SELECT * FROM c WHERE c.kind = 'action' ORDER BY c.at";
  const { items } = await desk.documents.query<Action>("control", { text });
  return items.map(({ actor, action, target }) => ({ actor, action, target }));
}

const list = { params: { integration: "list" } };

describe("holding a destination", () => {
  it("shows, is recorded with who and why, and ends with a release that has what waits drained", async () => {
    expect((await call(readIntegration, list)).json).toEqual({
      name: "list",
      entity: "person",
      state: "open",
      pending: 0,
      deadLetters: 0,
    });
    const held = await call(holdIntegration, { ...list, body: { reason: "moving house" } });
    expect(held).toMatchObject({
      status: 200,
      json: { state: "held", reason: "moving house", held: { by: "ana", reason: "moving house" } },
    });
    desk.now += 1_000;
    await desk.host().deliver(desk.announced(1), 1);
    expect((await call(listIntegrations)).json).toMatchObject({
      items: [{ state: "held", pending: 1 }],
      next: null,
    });
    expect((await call(listPending, { query: "?integration=list" })).json["items"]).toMatchObject([
      { key: "person|1", integration: "list", first: 1, last: 1, reason: "held", rounds: 0 },
    ]);
    expect((await call(listPending, { query: "?integration=other" })).json["items"]).toEqual([]);
    desk.queued = [];
    expect((await call(releaseIntegration, list)).json).toMatchObject({ state: "open", pending: 1 });
    expect(desk.queued).toMatchObject([{ body: { integration: "list" }, sessionId: "list" }]);
    expect(await actions()).toEqual([
      { actor: "ana", action: "hold", target: "list" },
      { actor: "ana", action: "release", target: "list" },
    ]);
  });

  it("wants a reason, and an integration that there is", async () => {
    for (const body of [undefined, {}, { reason: " " }, { reason: "x", until: "noon" }]) {
      expect(await call(holdIntegration, { ...list, body })).toMatchObject({
        status: 400,
        json: { issues: [{}] },
      });
    }
    expect(
      await call(holdIntegration, { params: { integration: "lists" }, body: { reason: "x" } }),
    ).toMatchObject({
      status: 404,
      json: { detail: 'There is no integration "lists".' },
    });
    expect(await actions()).toEqual([]);
  });
});

describe("how a destination stands", () => {
  it("says until when it is paused, which a release ends too, and what it lacks", async () => {
    const until = new Date(desk.now + 5_000).toISOString();
    await changeDestination(desk.documents, "list", (state) => ({
      ...state,
      paused: { at: "", until, reason: "it was answered 503", strikes: 3 },
    }));
    expect((await call(readIntegration, list)).json).toMatchObject({
      state: "paused",
      until,
      reason: "it was answered 503",
    });
    expect((await call(releaseIntegration, list)).json).toMatchObject({ state: "open" });
    desk.env = {};
    expect((await call(readIntegration, list)).json).toMatchObject({
      state: "unconfigured",
      missing: ["API_URL"],
    });
  });
});

describe("a resync", () => {
  it("is counted first, then started as a run, and recorded", async () => {
    await desk.write(1);
    await desk.write(1, "2");
    const dry = await call(resyncIntegration, { ...list, body: { ids: ["1"], dryRun: true } });
    expect(dry).toEqual({ status: 200, json: { count: 1 } });
    expect([desk.queued, await actions()]).toEqual([[], []]);
    const { status, json } = await call(resyncIntegration, {
      ...list,
      body: { since: "2026-01-01T00:00:00+01:00", until: "2026-12-31" },
    });
    expect(status).toBe(202);
    expect(desk.queued).toMatchObject([
      { body: { kind: "resync", name: "list", run: json["run"] }, sessionId: "resync|list" },
    ]);
    const run = await desk.documents.read("operations", String(json["run"]), "run");
    expect(run?.item).toMatchObject({
      status: "queued",
      actor: "ana",
      request: { since: "2025-12-31T23:00:00.000Z", until: "2026-12-31T00:00:00.000Z" },
    });
    expect(await actions()).toMatchObject([{ action: "resync", target: "list" }]);
  });

  it("refuses what it does not know", async () => {
    for (const body of [{}, { dryRun: true }, { ids: [] }, { ids: ["1"], until: "tomorrow" }, { id: "1" }]) {
      expect((await call(resyncIntegration, { ...list, body })).status).toBe(400);
    }
  });
});

describe("dead letters", () => {
  it("are listed, counted, replayed as a run and discarded with a reason", async () => {
    desk.mood = () => {
      throw new PermanentError("no");
    };
    const host = desk.host();
    for (const id of ["1", "2"]) {
      await host.deliver(desk.announced(1, id), 1);
      desk.now += 10;
    }
    const { json } = await call(listAllDeadLetters, { query: "?integration=list" });
    const items = json["items"] as { id: string; key: string }[];
    expect(items).toMatchObject([{ key: "person|2", error: "no", attempts: 1 }, { key: "person|1" }]);
    expect((await call(readDeadLetterGroups)).json["items"]).toMatchObject([
      { integration: "list", fault: "no", count: 2 },
    ]);

    const ids = [items[0]?.id];
    const dry = await call(actOnDeadLetters, { body: { action: "replay", ids, dryRun: true } });
    expect(dry).toMatchObject({ status: 200, json: { count: 1, sample: [{ key: "person|2" }] } });
    const replay = await call(actOnDeadLetters, { body: { action: "replay", ids } });
    expect(replay.status).toBe(202);
    expect(desk.queued).toMatchObject([{ body: { kind: "replay", name: "dead-letters" } }]);

    const discard = { action: "discard", integration: "list", reason: "test data" };
    expect(await call(actOnDeadLetters, { body: discard })).toEqual({ status: 200, json: { discarded: 2 } });
    expect((await call(listAllDeadLetters)).json["items"]).toEqual([]);
    expect(await actions()).toMatchObject([{ action: "replay" }, { action: "discard", actor: "ana" }]);
  });

  it.each([
    [{}, ""],
    [{ action: "replay" }, "says not which"],
    [{ action: "replay", dryRun: true }, "says not which"],
    [{ action: "discard", all: true }, "expected string"],
    [{ action: "replay", ids: ["nonsense"] }, "is no id of this list"],
    [{ action: "replay", all: false }, ""],
    [{ action: "replay", integration: "lists" }, "there is no integration"],
    [{ action: "replay", since: "yesterday" }, "must be a date"],
  ])("%j is answered 400, and says what is wrong", async (body, message) => {
    const { status, json } = await call(actOnDeadLetters, { body });
    expect(status).toBe(400);
    expect(JSON.stringify(json["issues"])).toContain(message);
  });
});

describe("a replay of deliveries", () => {
  it("counts the records that match, and starts a run", async () => {
    const host = desk.host();
    for (const id of ["1", "2"]) await host.deliver(desk.announced(1, id), 1);
    expect((await call(listDeliveries, { query: "?status=delivered" })).json["items"]).toHaveLength(2);
    const key = "person|1";
    expect((await call(replayAllDeliveries, { body: { key, dryRun: true } })).json).toEqual({ count: 1 });
    expect((await call(replayAllDeliveries, { body: { key } })).status).toBe(202);
    expect(desk.queued).toMatchObject([{ body: { kind: "replay", name: "deliveries" } }]);
    expect((await call(replayAllDeliveries, { body: { dryRun: true } })).status).toBe(400);
  });
});
