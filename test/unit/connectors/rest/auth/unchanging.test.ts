import { describe, expect, test } from "vitest";
import { apiKey } from "../../../../../connectors/rest/auth/api-key.ts";
import type { RestAuth } from "../../../../../connectors/rest/auth/auth.ts";
import { basic } from "../../../../../connectors/rest/auth/basic.ts";
import { bearerToken } from "../../../../../connectors/rest/auth/bearer-token.ts";
import { type Attempt, secret, setting } from "../../../../../engine/define/index.ts";
import { RetryableError } from "../../../../../engine/errors/retryable-error.ts";
import { attemptContext } from "../attempt-context.ts";
import { deepText, deliver, fault } from "../deliver.ts";
import { httpServer, type Seen } from "../http-server.ts";

const key = secret("SHOP_KEY");

function send(baseUrl: string, auth: RestAuth, env: Record<string, string>): Promise<Attempt> {
  const request = () => ({ method: "PUT", path: "/people/7", query: { dry: true } }) as const;
  return deliver({ baseUrl, auth, request, context: attemptContext({ SHOP_URL: baseUrl, ...env }) });
}

describe("credentials that do not change", () => {
  test.each<[string, RestAuth, Record<string, string>, (seen: Seen) => unknown, string]>([
    [
      "a bearer token",
      bearerToken(key),
      { SHOP_KEY: "planted-1" },
      ({ headers }) => headers.authorization,
      "Bearer planted-1",
    ],
    [
      "user and password, in UTF-8",
      basic(setting("SHOP_USER"), key),
      { SHOP_USER: "test", SHOP_KEY: "planted:£" },
      ({ headers }) => headers.authorization,
      `Basic ${Buffer.from("test:planted:£", "utf8").toString("base64")}`,
    ],
    [
      "a user without a password",
      basic(key),
      { SHOP_KEY: "planted-1" },
      ({ headers }) => headers.authorization,
      `Basic ${Buffer.from("planted-1:").toString("base64")}`,
    ],
    [
      "a key in a header",
      apiKey({ in: "header", name: "X-Shop-Key", key }),
      { SHOP_KEY: "planted-1" },
      ({ headers }) => headers["x-shop-key"],
      "planted-1",
    ],
    [
      "a key in the query",
      apiKey({ in: "query", name: "key", key }),
      { SHOP_KEY: "planted&1" },
      ({ url }) => url,
      "/people/7?dry=true&key=planted%261",
    ],
    [
      "a key in the query that forms write in their own way",
      apiKey({ in: "query", name: "key", key }),
      { SHOP_KEY: "planted~(1)" },
      ({ url }) => url,
      "/people/7?dry=true&key=planted%7E%281%29",
    ],
  ])("(%s) are sent, and are in no record and no error", async (_what, auth, env, shown, expected) => {
    const server = await httpServer((response, { headers, url }) =>
      response.writeHead(server.seen.length === 1 ? 200 : 500).end(JSON.stringify({ headers, url })),
    );
    const texts = [
      deepText(await send(server.url, auth, env)),
      deepText(await fault(send(server.url, auth, env))),
    ];
    texts.push(deepText(await fault(send("http://127.0.0.1:1", auth, env))));
    const [first] = server.seen;
    expect(first && shown(first)).toBe(expected);
    const words = [
      "planted",
      Buffer.from("planted").toString("base64").slice(0, 8),
      ...expected.split(" ").slice(1),
    ];
    expect(words.filter((word) => texts.join().includes(word))).toEqual([]);
  });

  test.each<[string, RestAuth, Record<string, string>]>([
    ["a token with a line break", bearerToken(key), { SHOP_KEY: "planted\n1" }],
    ["a key that no header may have", apiKey({ in: "header", name: "x-key", key }), { SHOP_KEY: "plantedñ" }],
    ["a user with a colon", basic(key), { SHOP_KEY: "planted:1" }],
    [
      "a password with control characters",
      basic(setting("SHOP_USER"), key),
      { SHOP_USER: "u", SHOP_KEY: "planted\u0007" },
    ],
  ])("(%s) that cannot work can be mended, by name", async (_what, auth, env) => {
    const error = await fault(send("http://127.0.0.1:1", auth, env));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain("the setting SHOP_KEY has");
    expect(deepText(error)).not.toContain("planted");
  });

  test("a name that is none is refused when defined", () => {
    expect(() => apiKey({ in: "header", name: "x key", key })).toThrow(TypeError);
    expect(() => apiKey({ in: "query", name: "", key })).toThrow(TypeError);
  });
});
