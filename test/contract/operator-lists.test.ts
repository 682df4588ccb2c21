import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { cancelRun } from "../../engine/runs/cancel.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import { type Ask, openApi } from "../unit/functions/api.ts";
import { type MemoryPorts, memoryPorts } from "../unit/sync/memory-ports.ts";
import { useAccount } from "./cosmos-account.ts";

const account = useAccount();
let ports: MemoryPorts;
let ask: Ask;
beforeAll(async () => {
  await account.container({ id: "control", partitionKey: { paths: ["/id"] } });
  await account.container({ id: "operations", partitionKey: { paths: ["/run"] } });
});
beforeEach(() => {
  const documents = cosmosDocuments(account.database);
  ports = { ...memoryPorts(), documents, clock: { now: () => ports.time } };
  ask = openApi(ports);
});

/** The items of a list, page by page. */
async function all(path: string, limit = 100): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let more = "";
  for (;;) {
    const { status, json } = await ask(`GET ${path}${path.includes("?") ? "&" : "?"}limit=${limit}${more}`);
    expect(status).toBe(200);
    const { items: page, next } = json as { items: Record<string, unknown>[]; next: string | null };
    items.push(...page);
    if (next === null) break;
    more = `&cursor=${encodeURIComponent(next)}`;
  }
  return items;
}

describe("the operator log", () => {
  test("has what was done, the newest first, by actor, action, target and time", async () => {
    const at: string[] = [];
    for (const [actor, action, target, reason] of [
      ["ana", "hold", "marketing", "it is moved"],
      ["eva", "release", "marketing", undefined],
      ["ana", "discard", "dead-letters", "old"],
    ] as const) {
      at.push(new Date(ports.time).toISOString());
      const details = reason === undefined ? {} : { details: { reason } };
      await recordAction(ports, { actor, action, target, ...details });
      ports.time += 1_000;
    }
    const path = "/api/v1/operator-log";
    expect(await all(path, 2)).toEqual([
      { at: at[2], actor: "ana", action: "discard", target: "dead-letters", details: { reason: "old" } },
      { at: at[1], actor: "eva", action: "release", target: "marketing" },
      { at: at[0], actor: "ana", action: "hold", target: "marketing", details: { reason: "it is moved" } },
    ]);
    const found = async (query: string): Promise<unknown[]> =>
      (await all(`${path}?${query}`)).map(({ action }) => action);
    expect(await found("actor=ana")).toEqual(["discard", "hold"]);
    expect(await found("action=release")).toEqual(["release"]);
    expect(await found("target=marketing&actor=ana")).toEqual(["hold"]);
    expect(await found(`since=${at[1]}`)).toEqual(["discard", "release"]);
    expect(await found(`since=${at[0]}&until=${at[1]}`)).toEqual(["hold"]);
    expect((await ask(`GET ${path}?since=yesterday`)).status).toBe(400);
  });
});

describe("the list of tokens", () => {
  test("has revoked ones too, the newest first, and no token", async () => {
    const ids: unknown[] = [];
    const tokens: unknown[] = [];
    for (const name of ["one", "two"]) {
      const { json } = await ask("POST /api/v1/tokens", { json: { name, roles: ["auditor"] } });
      ids.push(json["id"]);
      tokens.push(json["token"]);
      ports.time += 1_000;
    }
    expect((await ask(`DELETE /api/v1/tokens/${String(ids[0])}`)).status).toBe(204);
    const listed = await all("/api/v1/tokens", 1);
    const common = { roles: ["auditor"], createdAt: expect.any(String) as string, createdBy: "operator" };
    expect(listed).toEqual([
      { id: ids[1], name: "two", ...common, revokedAt: null, revokedBy: null },
      {
        id: ids[0],
        name: "one",
        ...common,
        revokedAt: new Date(ports.time).toISOString(),
        revokedBy: "operator",
      },
    ]);
    for (const token of tokens) expect(JSON.stringify(listed)).not.toContain(token);
    // Those that are live pass on this store as on any.
    expect((await ask("GET /api/v1/runs", { token: String(tokens[1]) })).status).toBe(200);
    expect((await ask("GET /api/v1/runs", { token: String(tokens[0]) })).status).toBe(401);
  });
});

describe("the list of runs", () => {
  test("has the newest first, by kind, name and status; nothing else of their partitions", async () => {
    const started: string[] = [];
    for (const [kind, name] of [
      ["resync", "marketing"],
      ["replay", "deliveries"],
      ["resync", "orders"],
    ] as const) {
      started.push(await startRun(ports, { kind, name, request: {}, actor: "ana", unit: "documents" }));
      ports.time += 1_000;
    }
    const [first = "", second = "", third = ""] = started;
    await cancelRun(ports, first, "ana");
    const found = async (query: string): Promise<unknown[]> =>
      (await all(`/api/v1/runs${query}`, 2)).map(({ id }) => id);
    expect(await found("")).toEqual([third, second, first]);
    expect(await found("?kind=resync")).toEqual([third, first]);
    expect(await found("?kind=resync&name=orders")).toEqual([third]);
    expect(await found("?status=cancelled")).toEqual([first]);
    expect((await ask("GET /api/v1/runs?kind=bogus")).json["issues"]).toEqual([
      { path: "kind", message: expect.stringMatching(/^must be one of pull, resync, replay/) as string },
    ]);
  });
});
