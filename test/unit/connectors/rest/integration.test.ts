import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bearerToken } from "../../../../connectors/rest/auth/bearer-token.ts";
import { defineRestIntegration, ignore, type RestAnswer } from "../../../../connectors/rest/integration.ts";
import { type Removed, secret, setting } from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { deepText, deliver, fault, type Given, person, TOKEN } from "./deliver.ts";
import { httpServer } from "./http-server.ts";

describe("a REST delivery", () => {
  test("is one request with a token, a key that tells repeats, and JSON", async () => {
    const server = await httpServer((response) =>
      response.writeHead(200, { etag: '"9"' }).end('{"ok":true}'),
    );
    const attempt = await deliver({ baseUrl: server.url });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({
      method: "PUT",
      url: "/people/7",
      body: '{"email":"a@example.com"}',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "idempotency-key": "person|7:3",
        "content-type": "application/json",
      },
    });
    expect(attempt).toEqual({
      status: "delivered",
      request: {
        method: "PUT",
        url: `${server.url}/people/7`,
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          "idempotency-key": "person|7:3",
        },
        body: { email: "a@example.com" },
      },
      response: { status: 200, headers: { etag: '"9"' }, body: '{"ok":true}' },
    });
  });

  test("that a run wants again has a key of that run, which no memory of the destination answers", async () => {
    const server = await httpServer((response) => response.end());
    await deliver({ baseUrl: server.url, again: "run-1" });
    expect(server.seen[0]?.headers["idempotency-key"]).toBe("person|7:3:run-1");
  });

  test("keeps the base's path, and encodes an id once for its own sake and once for the path", async () => {
    const server = await httpServer((response) => response.end());
    await deliver({
      baseUrl: `${server.url}/api/v2/`,
      id: "CC-a%2Db%2F%C3%B1",
      request: (c) => ({
        method: "POST",
        path: `/people/${c.id}`,
        query: { dry: false, q: "a&b", none: undefined },
      }),
    });
    await deliver({
      baseUrl: server.url,
      request: () => ({ method: "POST", path: ["people", "a/b ?#", "c"] }),
    });
    expect(server.seen.map(({ url }) => url)).toEqual([
      "/api/v2/people/CC-a%252Db%252F%25C3%25B1?dry=false&q=a%26b",
      "/people/a%2Fb%20%3F%23/c",
    ]);
    const [path = ""] = server.seen[0]?.url.split("?") ?? [];
    expect(decodeURIComponent(path)).toBe("/api/v2/people/CC-a%2Db%2F%C3%B1");
  });

  test.each([200, 201, 202, 204, 299])("status %i is a success", async (status) => {
    const server = await httpServer((response) => response.writeHead(status).end());
    expect(await deliver({ baseUrl: server.url })).toMatchObject({
      status: "delivered",
      response: { status },
    });
  });

  const LATER = [401, 403, 407, 408, 425, 429, 500, 501, 502, 503, 504, 507, 599];
  const NEVER = [301, 302, 304, 307, 400, 404, 405, 409, 410, 412, 413, 415, 422, 451];
  test.each([
    ...LATER.map((status) => ({ status, verdict: "tried again", kind: RetryableError })),
    ...NEVER.map((status) => ({ status, verdict: "failed for good", kind: PermanentError })),
  ])("status $status is $verdict", async ({ status, kind }) => {
    const server = await httpServer((response) => response.writeHead(status, { location: "/other" }).end());
    const error = await fault(deliver({ baseUrl: server.url }));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toBe(`PUT ${server.url}/people/7 was answered ${status}`);
    expect(error).toMatchObject({ request: { method: "PUT" }, response: { status } });
    expect(server.seen, "a redirect is not followed").toHaveLength(1);
  });

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE"] as const)(
    "%s without JSON names no type, or the mapping's own",
    async (method) => {
      const server = await httpServer((response) => response.end());
      await deliver({ baseUrl: server.url, request: () => ({ method, path: "/" }) });
      const headers = { "Content-Type": "text/csv" };
      await deliver({ baseUrl: server.url, request: () => ({ method, path: "/", headers }) });
      expect(server.seen.map(({ headers: { "content-type": type } }) => type)).toEqual([
        undefined,
        "text/csv",
      ]);
    },
  );

  test("a removal of what is not there has its effect", async () => {
    for (const status of [404, 410]) {
      const server = await httpServer((response) => response.writeHead(status).end());
      const remove = ({ id }: Removed): RestAnswer => ({ method: "DELETE", path: `/people/${id}` });
      const attempt = await deliver({ baseUrl: server.url, removed: true, remove });
      expect(attempt).toMatchObject({ status: "delivered", response: { status } });
      expect(server.seen[0]).toMatchObject({ method: "DELETE", url: "/people/7", body: "" });
    }
  });

  test("waits as long as Retry-After says, in seconds or until a date", async () => {
    const headers = ["7", new Date(Date.now() + 60_000).toUTCString(), "-1", "soon", "99999999"];
    const server = await httpServer((response) =>
      response.writeHead(503, { "retry-after": headers[server.seen.length - 1] }).end(),
    );
    const waits: (number | undefined)[] = [];
    for (const _ of headers) {
      const error = await fault(deliver({ baseUrl: server.url }));
      waits.push(error instanceof RetryableError ? error.retryAfterMs : -1);
    }
    expect(waits[0]).toBe(7_000);
    expect(waits[1]).toBeGreaterThan(40_000);
    expect(waits[1]).toBeLessThanOrEqual(60_000);
    expect(waits[4]).toBe(86_400_000);
    expect([waits[2], waits[3]]).toEqual([undefined, undefined]);
  });

  test("ignores what the mapping does not want, with its reason, and sends nothing", async () => {
    const server = await httpServer((response) => response.end());
    const attempts = [
      await deliver({ baseUrl: server.url, request: () => undefined }),
      await deliver({ baseUrl: server.url, request: () => ignore("no address") }),
      await deliver({ baseUrl: server.url, removed: true }),
    ];
    expect(attempts).toEqual([
      { status: "ignored", reason: "the mapping had nothing to send" },
      { status: "ignored", reason: "no address" },
      { status: "ignored", reason: "the integration does not send removals" },
    ]);
    expect(server.seen).toEqual([]);
  });
});

describe("what goes wrong on the way", () => {
  test("nobody listens: to be tried again", async () => {
    const error = await fault(deliver({ baseUrl: "http://127.0.0.1:1" }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.request).toMatchObject({ method: "PUT" });
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["before the answer", (response) => response.destroy()],
    [
      "amid the answer",
      (response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write("{", () => response.destroy());
      },
    ],
  ])("the connection breaks %s: to be tried again", async (_when, breakOff) => {
    const server = await httpServer(breakOff);
    expect(await fault(deliver({ baseUrl: server.url }))).toBeInstanceOf(RetryableError);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["no answer", () => undefined],
    ["an answer without end", (response) => response.write("{")],
    [
      "an answer that comes byte by byte",
      (response) => {
        const drip = setInterval(() => response.write(" "), 20);
        response.on("close", () => clearInterval(drip));
      },
    ],
  ])("%s within the timeout: to be tried again", async (_what, answer) => {
    const server = await httpServer(answer);
    const error = await fault(deliver({ baseUrl: server.url, timeoutMs: 150 }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain("no answer within 150 ms");
  });

  test("ends at once when the attempt's own time is over", async () => {
    const abort = new AbortController();
    const server = await httpServer(() => abort.abort());
    const error = await fault(deliver({ baseUrl: server.url, signal: abort.signal }));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain("ran out of time");
  });

  test("an answer beyond 1 MB, zipped or not, is success all the same, and cut in the record", async () => {
    const long = "x".repeat(3_000_000);
    for (const zipped of [false, true]) {
      const server = await httpServer((response) => {
        response.on("error", () => undefined);
        if (zipped) response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(long));
        else response.end(long);
      });
      const attempt = await deliver({ baseUrl: server.url });
      expect(attempt).toMatchObject({ status: "delivered", response: { truncated: true } });
      expect((attempt.response as { body: string }).body).toHaveLength(65_536);
    }
  });

  test.each<[string, Given["request"], RegExp]>([
    [
      "throws",
      () => {
        throw new Error("oops");
      },
      /the mapping threw Error: oops/,
    ],
    ["leaves the base", () => ({ method: "GET", path: "/people/../admin" }), /no segment/],
    ["has an empty segment", () => ({ method: "DELETE", path: ["people", ""] }), /no segment/],
    ["begins without a slash", () => ({ method: "GET", path: "people" }), /must begin/],
    ["breaks a header", () => ({ method: "GET", path: "/", headers: { "x-a": "1\r\nx-b: 2" } }), /header/],
    ["has no JSON", () => ({ method: "POST", path: "/", json: { n: 1n } }), /BigInt/],
  ])("a mapping that %s fails for good, and sends nothing", async (_what, request, message) => {
    const server = await httpServer((response) => response.end());
    const error = await fault(deliver({ baseUrl: server.url, ...(request ? { request } : {}) }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toMatch(message);
    expect(server.seen).toEqual([]);
  });

  test.each([
    ["no URL", { baseUrl: "shop" }, "SHOP_URL"],
    ["another protocol", { baseUrl: "ftp://shop" }, "SHOP_URL"],
    ["a password in the address", { baseUrl: "https://u:p@shop" }, "SHOP_URL"],
    ["a token with a line break", { baseUrl: "http://127.0.0.1:1", token: `${TOKEN}\n` }, "SHOP_TOKEN"],
  ])("a setting that is wrong (%s) can be mended, so it is retried", async (_what, given, name) => {
    const error = await fault(deliver(given));
    expect(error).toBeInstanceOf(RetryableError);
    expect(error.message).toContain(name);
    expect(error.message).not.toContain(TOKEN);
  });
});

test("the token is in no record and no error, whatever happens", async () => {
  const texts: string[] = [];
  for (const answer of [200, 400, 503]) {
    const server = await httpServer((response) => response.writeHead(answer).end("{}"));
    const outcome = await deliver({ baseUrl: server.url }).catch((error: unknown) => error);
    texts.push(deepText(outcome));
  }
  const hanging = await httpServer(() => undefined);
  texts.push(deepText(await fault(deliver({ baseUrl: hanging.url, timeoutMs: 100 }))));
  texts.push(deepText(await fault(deliver({ baseUrl: "http://127.0.0.1:1" }))));
  expect(texts.filter((text) => text.includes(TOKEN) || /authorization/i.test(text))).toEqual([]);
});

test("connections are kept: ten deliveries in turn take one", async () => {
  const server = await httpServer((response) => response.end("{}"));
  for (let n = 0; n < 10; n++) await deliver({ baseUrl: server.url });
  expect(server.sockets()).toBe(1);
});

test("takes its token as a short form, and not beside another way to be let in", () => {
  const options = { name: "shop", on: person, baseUrl: setting("SHOP_URL"), request: () => undefined };
  const token = secret("SHOP_TOKEN");
  expect(defineRestIntegration({ ...options, token }).destination.settings).toContain(token);
  expect(() => defineRestIntegration({ ...options, token, auth: bearerToken(token) })).toThrow(TypeError);
});

test.each([99, 30_001, NaN])("a timeout of %d is refused when defined", (timeoutMs) => {
  const options = { name: "shop", on: person, baseUrl: setting("SHOP_URL"), timeoutMs };
  expect(() => defineRestIntegration({ ...options, request: () => undefined })).toThrow(TypeError);
});
