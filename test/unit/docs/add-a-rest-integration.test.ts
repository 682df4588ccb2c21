import { afterAll, describe, expect, test } from "vitest";
import type { AppDefinition, IntegrationDefinition, Snapshot } from "../../../engine/define/index.ts";
import { attemptContext } from "../connectors/rest/attempt-context.ts";
import { httpServer, type Seen } from "../connectors/rest/http-server.ts";
import { followPages } from "./example-checkout.ts";
import { declaredSettings, documentedSettings } from "./settings.ts";

const PAGE = "docs/how-to/add-a-rest-integration.md";
const checkout = followPages(PAGE);
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

const caller = { identity: { givenName: "Ana" }, contact: { phone: "+573001234567" } };

/** What the helpdesk's deliveries come to: `there` is what it has, `answer` what it says. */
async function delivered(
  data: object | undefined,
  there: { known: boolean; remoteId?: string },
  answer: object = {},
): Promise<{ outcome: unknown; seen: string[] }> {
  const { destination } = app.integrations.find(({ name }) => name === "helpdesk") as IntegrationDefinition;
  const calls: Seen[] = [];
  const { url } = await httpServer((response, request) => {
    if (request.url === "/token") response.end('{"access_token":"the-access-token"}');
    else if (calls.push(request)) response.end(JSON.stringify(answer));
  });
  const context = attemptContext({
    HELPDESK_API_URL: url,
    HELPDESK_TOKEN_URL: `${url}/token`,
    HELPDESK_CLIENT_ID: "caudal",
    HELPDESK_CLIENT_SECRET: "the-client-secret",
  });
  const snapshot = { key: "customer|CC-1020", entity: "customer", id: "CC-1020", version: 3, data, ...there };
  const outcome: unknown = await destination
    .deliver(snapshot as Snapshot<never>, context)
    .catch((error: unknown) => error);
  for (const { headers } of calls) expect(headers.authorization).toBe("Bearer the-access-token");
  return { outcome, seen: calls.map(({ method, url: path, body }) => `${method} ${path} ${body}`.trim()) };
}

describe("the example of docs/how-to/add-a-rest-integration.md", () => {
  test("adds the files that it says, and compiles", { timeout: 60_000 }, () => {
    expect(checkout.added).toEqual(["functions/integrations/helpdesk.ts", "schemas/helpdesk.ts"]);
    expect(checkout.types()).toBe("");
  });

  test("documents its settings", () => {
    expect(documentedSettings(checkout.folder)).toEqual(declaredSettings(checkout.folder));
  });

  test("posts a new caller and keeps its id, then puts and deletes under that", async () => {
    const body = '{"reference":"CC-1020","name":"Ana","phone":"+573001234567"}';
    const posted = await delivered(caller, { known: false }, { callerId: "77" });
    expect(posted.seen).toEqual([`POST /callers ${body}`]);
    expect(posted.outcome).toMatchObject({ status: "delivered", remoteId: "77" });
    const there = { known: true, remoteId: "77" };
    expect((await delivered(caller, there)).seen).toEqual([`PUT /callers/77 ${body}`]);
    expect((await delivered({ identity: {} }, there)).seen).toEqual(["DELETE /callers/77"]);
    expect((await delivered(undefined, there)).seen).toEqual(["DELETE /callers/77"]);
    expect((await delivered({ identity: {} }, { known: false })).outcome).toMatchObject({
      status: "ignored",
    });
  });

  test("reads in the answer what the status does not say", async () => {
    const busy = await delivered(caller, { known: false }, { error: "busy" });
    expect(busy.outcome).toMatchObject({ name: "RetryableError", retryAfterMs: 5_000 });
    const banned = await delivered(caller, { known: false }, { error: "banned" });
    expect(banned.outcome).toMatchObject({ name: "PermanentError" });
  });
});
