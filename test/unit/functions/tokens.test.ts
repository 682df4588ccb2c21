import { describe, expect, test, vi } from "vitest";
import { createHash } from "node:crypto";
import { UnavailableError } from "../../../engine/errors/unavailable-error.ts";
import type { Item } from "../../../engine/ports.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { type Ask, FIRST, openApi } from "./api.ts";

/** A route for operators alone, one for auditors too, and neither looks at a list. */
const OPERATORS = "POST /api/v1/pulls/none/runs";
const AUDITORS = "GET /api/v1/integrations/none";
const PASSED = 404;

async function issue(ask: Ask, name: string, ...roles: string[]): Promise<{ id: string; token: string }> {
  const { status, json } = await ask("POST /api/v1/tokens", { json: { name, roles } });
  expect(status).toBe(201);
  return { id: String(json["id"]), token: String(json["token"]) };
}
const actions = (items: readonly Item[]): unknown[] => items.filter(({ id }) => id.startsWith("action|"));

describe("a token that was issued", () => {
  test("is 256 bits, shown once, and stored as its hash", async () => {
    const ports = memoryPorts();
    const { status, json, headers } = await openApi(ports)("POST /api/v1/tokens", {
      json: { name: "Ana Ñ.", roles: ["auditor", "auditor"] },
    });
    expect(status).toBe(201);
    expect(headers["cache-control"]).toBe("no-store");
    const token = String(json["token"]);
    expect(token).toMatch(/^cdl_[\w-]{43}$/);
    const id = createHash("sha256").update(token).digest("hex");
    expect(json).toEqual({ id, name: "Ana Ñ.", roles: ["auditor"], token });
    const stored = await ports.documents.read("control", `token|${id}`, `token|${id}`);
    expect(stored?.item).toEqual({
      id: `token|${id}`,
      kind: "token",
      name: "Ana Ñ.",
      roles: ["auditor"],
      createdAt: new Date(ports.time).toISOString(),
      createdBy: "operator",
    });
    expect(JSON.stringify(ports.items("control"))).not.toContain(token);
  });

  test("passes where one of its roles may, as who it is; an operator's everywhere", async () => {
    const ports = memoryPorts();
    const ask = openApi(ports);
    const auditor = await issue(ask, "auditor-1", "auditor");
    const subscriber = await issue(ask, "subscriber-1", "subscriber");
    const operator = await issue(ask, "operator-1", "operator");
    const statusOf = async (asked: string, token: string) => (await ask(asked, { token })).status;
    expect(await statusOf(AUDITORS, auditor.token)).toBe(PASSED);
    expect(await statusOf(AUDITORS, operator.token)).toBe(PASSED);
    expect(await statusOf(OPERATORS, operator.token)).toBe(PASSED);
    expect(await ask(OPERATORS, { token: auditor.token })).toMatchObject({
      status: 403,
      json: { detail: "This needs the role operator." },
    });
    expect(await ask(AUDITORS, { token: subscriber.token })).toMatchObject({
      status: 403,
      json: { detail: "This needs the role operator or auditor." },
    });
    const { token } = operator;
    await ask("POST /api/v1/tokens", { token, json: { name: "second", roles: ["auditor"] } });
    expect(ports.items("control")).toContainEqual(
      expect.objectContaining({ name: "second", createdBy: "operator-1" }),
    );
  });

  test("is no longer known once revoked: here at once, at another host after five seconds", async () => {
    const ports = memoryPorts();
    const [here, there] = [openApi(ports), openApi(ports)];
    const { id, token } = await issue(here, "ana", "auditor");
    for (const ask of [here, there]) expect((await ask(AUDITORS, { token })).status).toBe(PASSED);

    expect((await here(`DELETE /api/v1/tokens/${id}`)).status).toBe(204);
    expect((await here(AUDITORS, { token })).status).toBe(401);
    ports.time += 4_999;
    expect((await there(AUDITORS, { token })).status).toBe(PASSED);
    ports.time += 1;
    expect(await there(AUDITORS, { token })).toMatchObject({
      status: 401,
      json: { detail: "The token is not known here." },
    });
    // Once more is no error, and no action; there is no other id.
    expect((await there(`DELETE /api/v1/tokens/${id}`)).status).toBe(204);
    expect((await there("DELETE /api/v1/tokens/none")).status).toBe(404);
    expect(actions(ports.items("control"))).toMatchObject([
      { actor: "operator", action: "create-token", target: "ana", details: { id, roles: ["auditor"] } },
      { actor: "operator", action: "revoke-token", target: "ana", details: { id } },
    ]);
  });

  test("is looked up once in five seconds", async () => {
    const ports = memoryPorts();
    const read = vi.spyOn(ports.documents, "read");
    const ask = openApi(ports);
    const { id, token } = await issue(ask, "ana", "auditor");
    read.mockClear();
    for (let time = 0; time < 10; time += 1) {
      await ask(AUDITORS, { token });
      ports.time += 1_000;
    }
    expect(read.mock.calls.filter(([, , item]) => item === `token|${id}`)).toHaveLength(2);
  });
});

describe("a name", () => {
  test("belongs to one live token, and is free again once that is revoked", async () => {
    const ports = memoryPorts();
    const ask = openApi(ports);
    const { id } = await issue(ask, "ana", "auditor");
    const wanted = { json: { name: "ana", roles: ["operator"] } };
    expect(await ask("POST /api/v1/tokens", wanted)).toMatchObject({
      status: 409,
      json: { detail: 'The name "ana" is taken: revoke the token that has it, or choose another name.' },
    });
    await ask(`DELETE /api/v1/tokens/${id}`);
    expect((await ask("POST /api/v1/tokens", wanted)).status).toBe(201);
    expect((await ask("POST /api/v1/tokens", wanted)).status).toBe(409);
    const louder = { json: { name: "ANA", roles: ["operator"] } };
    expect((await ask("POST /api/v1/tokens", louder)).status, "a name that passes for it").toBe(409);
  });

  test("that many ask for at once goes to one of them", async () => {
    const ports = memoryPorts();
    const asked = await Promise.all(
      Array.from({ length: 8 }, () =>
        openApi(ports)("POST /api/v1/tokens", { json: { name: "ana", roles: ["auditor"] } }),
      ),
    );
    const having = (wanted: number): unknown[] => asked.filter(({ status }) => status === wanted);
    expect([having(201).length, having(409).length]).toEqual([1, 7]);
    expect(ports.items("control").filter(({ id }) => id.startsWith("token|"))).toHaveLength(1);
  });

  test.each(["operator", "Operator", "anonymous", "timer"])(
    "%s is ours: records would not tell who it was",
    async (name) => {
      const { status } = await openApi(memoryPorts())("POST /api/v1/tokens", {
        json: { name, roles: ["auditor"] },
      });
      expect(status).toBe(409);
    },
  );

  test.each(["", " ", "\u115f", "a\nb", "a\u0000", "\u202Ea", " a", "a ", "x".repeat(65)])(
    "%j is refused",
    async (name) => {
      const { status, json } = await openApi(memoryPorts())("POST /api/v1/tokens", {
        json: { name, roles: ["auditor"] },
      });
      expect(status).toBe(400);
      expect(json["issues"]).toMatchObject([{ path: "name" }]);
    },
  );

  test.each([[[]], [["admin"]], ["operator"]])("no roles are %j", async (roles) => {
    const { status } = await openApi(memoryPorts())("POST /api/v1/tokens", { json: { name: "ana", roles } });
    expect(status).toBe(400);
  });
});

describe("while the store is down", () => {
  const down = { of: "documents", error: new UnavailableError("it is down") } as const;

  test("the first operator is known, and no other token is: it is to come again", async () => {
    const ports = memoryPorts();
    const ask = openApi(ports, {});
    const { token } = await issue(ask, "ana", "operator");
    ports.failure = down;
    // The pull is not there, which is known without the store.
    expect((await ask(OPERATORS)).status).toBe(PASSED);
    expect(await ask(OPERATORS, { token })).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    // What is none of ours does not ask the store.
    expect((await ask(OPERATORS, { token: "made-up" })).status).toBe(401);
    expect((await ask(OPERATORS, { token: "" })).status).toBe(401);
  });
});

test("without the first operator's token, those that were issued still pass", async () => {
  const ports = memoryPorts();
  const { token } = await issue(openApi(ports), "ana", "operator");
  const ask = openApi(ports, {}, {});
  expect((await ask(OPERATORS, { token })).status).toBe(PASSED);
  expect((await ask(OPERATORS, { token: FIRST })).status).toBe(401);
});
