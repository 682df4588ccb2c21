import { afterEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { oauth2 } from "../../../../../connectors/rest/auth/oauth2.ts";
import type { OAuth2Options } from "../../../../../connectors/rest/auth/oauth2-options.ts";
import { restPages } from "../../../../../connectors/rest/pages.ts";
import { type Attempt, secret, setting } from "../../../../../engine/define/index.ts";
import { RetryableError } from "../../../../../engine/errors/retryable-error.ts";
import { attemptContext, type TestContext } from "../attempt-context.ts";
import { deepText, deliver, fault } from "../deliver.ts";
import { tokenServer, type TokenServer } from "./token-server.ts";

afterEach(() => void vi.useRealTimers());

const tokenUrl = setting("SHOP_TOKEN_URL");
const client = { clientId: setting("SHOP_CLIENT"), clientSecret: secret("SHOP_CLIENT_SECRET") };
const byClient: OAuth2Options = { grant: "client-credentials", tokenUrl, ...client };
const byRefresh: OAuth2Options = {
  grant: "refresh-token",
  tokenUrl,
  ...client,
  refreshToken: secret("SHOP_REFRESH_TOKEN"),
};
const byPassword: OAuth2Options = {
  grant: "password",
  tokenUrl,
  ...client,
  username: setting("SHOP_USER"),
  password: secret("SHOP_PASSWORD"),
};

function contextOf(server: Pick<TokenServer, "url">, env: Record<string, string> = {}): TestContext {
  return attemptContext({
    SHOP_URL: server.url,
    SHOP_TOKEN_URL: `${server.url}/token?tenant=1`,
    SHOP_CLIENT: "the client",
    SHOP_CLIENT_SECRET: "planted:secret/ñ",
    SHOP_REFRESH_TOKEN: "planted-refresh-0",
    SHOP_USER: "ana",
    SHOP_PASSWORD: "planted&password",
    CAUDAL_SECRETS_KEY: Buffer.alloc(32, 7).toString("base64"),
    ...env,
  });
}

const send = (
  server: TokenServer,
  context: TestContext,
  options: OAuth2Options = byClient,
): Promise<Attempt> => deliver({ baseUrl: server.url, context, auth: oauth2(options) });
const formsOf = (server: TokenServer): object[] =>
  server.asked.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

describe("a token is asked for", () => {
  test.each<[string, OAuth2Options, object]>([
    ["by the client itself", byClient, { grant_type: "client_credentials" }],
    ["with a scope", { ...byClient, scope: "a b" }, { grant_type: "client_credentials", scope: "a b" }],
    [
      "with a user's password",
      byPassword,
      { grant_type: "password", username: "ana", password: "planted&password" },
    ],
    ["with a refresh token", byRefresh, { grant_type: "refresh_token", refresh_token: "planted-refresh-0" }],
  ])("%s", async (_how, options, form) => {
    const server = await tokenServer();
    expect(await send(server, contextOf(server), options)).toMatchObject({ status: "delivered" });
    expect(formsOf(server)).toEqual([form]);
    expect(server.asked[0]).toMatchObject({
      method: "POST",
      url: "/token?tenant=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(server.calls[0]?.headers.authorization).toBe("Bearer access-token-1");
  });

  test("with the client in the header, each part encoded as in a form", async () => {
    const server = await tokenServer();
    await send(server, contextOf(server));
    const [, encoded = ""] = server.asked[0]?.headers.authorization?.split(" ") ?? [];
    expect(Buffer.from(encoded, "base64").toString()).toBe("the+client:planted%3Asecret%2F%C3%B1");
  });

  test("with the client in the form", async () => {
    const server = await tokenServer();
    await send(server, contextOf(server), { ...byClient, credentials: "body" });
    expect(formsOf(server)[0]).toMatchObject({ client_id: "the client", client_secret: "planted:secret/ñ" });
    expect(server.asked[0]?.headers.authorization).toBeUndefined();
  });

  test("with the client in the query", async () => {
    const server = await tokenServer();
    await send(server, contextOf(server), { ...byClient, credentials: "query" });
    const query = new URL(server.asked[0]?.url ?? "", server.url).searchParams;
    expect([query.get("tenant"), query.get("client_id"), query.get("client_secret")]).toEqual([
      "1",
      "the client",
      "planted:secret/ñ",
    ]);
  });

  test("and goes into the query where the destination wants it there, and into no record", async () => {
    const server = await tokenServer();
    const attempt = await send(server, contextOf(server), {
      ...byClient,
      tokenIn: { query: "access_token" },
    });
    expect(server.calls[0]?.url).toBe("/people/7?access_token=access-token-1");
    expect(JSON.stringify(attempt)).not.toContain("access-token-1");
  });
});

describe("a token is kept", () => {
  test("and fetched once for a hundred deliveries at a time", async () => {
    const server = await tokenServer();
    const context = contextOf(server);
    await Promise.all(Array.from({ length: 100 }, () => send(server, context)));
    await send(server, context);
    expect(server.asked).toHaveLength(1);
    expect(server.calls).toHaveLength(101);
  });

  test("until a hundred deliveries at a time are answered 401 for it: then one fetches another", async () => {
    const server = await tokenServer();
    const context = contextOf(server);
    await send(server, context);
    server.good = "nobody has it";
    await Promise.all(Array.from({ length: 100 }, () => send(server, context)));
    expect(server.asked).toHaveLength(2);
  });

  test("until it is rejected: whoever comes late with the old one takes the new one", async () => {
    const server = await tokenServer();
    const context = contextOf(server);
    const auth = oauth2(byClient);
    const old = await auth.credentials(context);
    server.good = "nobody has it";
    await auth.renewed?.(old, context);
    const late = await auth.renewed?.(old, context);
    expect(late?.headers).toEqual({ authorization: "Bearer access-token-2" });
    expect(server.asked).toHaveLength(2);
  });

  test("until shortly before its end", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const server = await tokenServer(() => ({ expires_in: "3600" }));
    const context = contextOf(server);
    await send(server, context);
    vi.setSystemTime(Date.now() + 3_500_000);
    await send(server, context);
    expect(server.asked).toHaveLength(1);
    vi.setSystemTime(Date.now() + 50_000);
    await send(server, context);
    expect(server.asked).toHaveLength(2);
    expect(server.calls.every(({ headers }) => headers.authorization !== undefined)).toBe(true);
  });

  test("and a 401 that a new one does not mend is tried again later, not at once", async () => {
    const stubborn = await tokenServer((n, response) => {
      response.end(JSON.stringify({ access_token: `useless-token-${n}` }));
      return undefined;
    });
    const rejected = await fault(send(stubborn, contextOf(stubborn)));
    expect(rejected).toBeInstanceOf(RetryableError);
    expect(rejected.message).toContain("was answered 401");
    expect([stubborn.asked.length, stubborn.calls.length]).toEqual([2, 2]);
  });

  test("for pulls as well", async () => {
    const server = await tokenServer();
    const reader = restPages({
      baseUrl: setting("SHOP_URL"),
      auth: oauth2(byClient),
      path: "/people",
      query: ({ page }) => ({ page }),
      response: z.object({ shown: z.string() }),
      records: ({ shown }) => [shown],
      next: () => null,
    });
    const context = contextOf(server);
    await send(server, context);
    const page = await reader.read({ since: "1970-01-01T00:00:00.000Z", page: 1 }, context);
    expect(page.records).toEqual(["access-token-1"]);
    expect(server.asked).toHaveLength(1);
  });
});

describe("a refresh token that the server changes", () => {
  test("is used the next time", async () => {
    const server = await tokenServer((n) => ({ refresh_token: `planted-refresh-${n}` }));
    const context = contextOf(server);
    for (let n = 0; n < 3; n++) {
      await send(server, context, byRefresh);
      server.good = "nobody has it";
    }
    expect(formsOf(server).map((form) => "refresh_token" in form && form.refresh_token)).toEqual([
      "planted-refresh-0",
      "planted-refresh-1",
      "planted-refresh-2",
    ]);
  });

  test("stays the last one that it gave where it gives no other", async () => {
    const server = await tokenServer((n) => (n === 1 ? { refresh_token: "planted-refresh-1" } : {}));
    const context = contextOf(server);
    for (let n = 0; n < 3; n++) {
      await send(server, context, byRefresh);
      server.good = "nobody has it";
    }
    expect(formsOf(server).slice(1)).toMatchObject([
      { refresh_token: "planted-refresh-1" },
      { refresh_token: "planted-refresh-1" },
    ]);
  });

  test("gives way to a new one in the setting", async () => {
    const server = await tokenServer((n) => ({ refresh_token: `planted-refresh-${n}` }));
    const before = contextOf(server);
    await send(server, before, byRefresh);
    const after = contextOf(server, { SHOP_REFRESH_TOKEN: "planted-anew" });
    await send(server, { ...after, secrets: before.secrets }, byRefresh);
    expect(formsOf(server)[1]).toMatchObject({ refresh_token: "planted-anew" });
  });
});

describe("a token endpoint that gives none", () => {
  const refusing = (status: number, body: string, headers = {}): Promise<TokenServer> =>
    tokenServer((_n, response) => void response.writeHead(status, headers).end(body));

  test.each<[string, number, string, OAuth2Options, string]>([
    [
      "a refresh token that is no longer good",
      400,
      '{"error":"invalid_grant","error_description":"planted-refresh-0 is revoked"}',
      byRefresh,
      "400 invalid_grant: the refresh token is no longer good; authorize anew and set SHOP_REFRESH_TOKEN",
    ],
    [
      "a password that is wrong",
      400,
      '{"error":"invalid_grant"}',
      byPassword,
      "400 invalid_grant: check SHOP_USER and SHOP_PASSWORD",
    ],
    [
      "a client that is wrong",
      401,
      '{"error":"invalid_client"}',
      byClient,
      "401 invalid_client: check SHOP_CLIENT and SHOP_CLIENT_SECRET",
    ],
    ["no reason", 401, "<html>", byClient, "401: check SHOP_TOKEN_URL, SHOP_CLIENT, SHOP_CLIENT_SECRET"],
    ["a fault of its own", 503, "", byClient, "503: it is asked again"],
    ["no token", 200, "{}", byClient, "(access_token): check SHOP_TOKEN_URL"],
    ["no JSON", 200, "<html>", byClient, "(no JSON object): check SHOP_TOKEN_URL"],
    [
      "a token of another kind",
      200,
      '{"access_token":"planted-a","token_type":"mac"}',
      byClient,
      "(token_type)",
    ],
  ])(
    "because of %s can be mended, and says how, without a secret",
    async (_why, status, body, options, text) => {
      const server = await refusing(status, body);
      const error = await fault(send(server, contextOf(server), options));
      expect(error).toBeInstanceOf(RetryableError);
      expect(error.message).toContain(text);
      expect(deepText(error)).not.toContain("planted");
      expect(server.calls).toHaveLength(0);
    },
  );

  test("may ask for time", async () => {
    const server = await refusing(429, "", { "retry-after": "9" });
    expect(await fault(send(server, contextOf(server)))).toMatchObject({ retryAfterMs: 9_000 });
  });

  test("may not be there, or not be public", async () => {
    const server = await tokenServer();
    const away = contextOf(server, { SHOP_TOKEN_URL: "http://127.0.0.1:1/token" });
    expect((await fault(send(server, away))).message).toContain("ECONNREFUSED");
    const inside = contextOf(server, { SHOP_TOKEN_URL: "http://169.254.169.254/token" });
    const error = await fault(send(server, inside));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain("169.254.169.254 is no public address");
  });
});
