import { describe, expect, test } from "vitest";
import { basic } from "../../../../connectors/rest/auth/basic.ts";
import {
  delivered,
  refused,
  type RestResponse,
  type RestVerdict,
  retry,
} from "../../../../connectors/rest/integration.ts";
import type { AtDestination } from "../../../../connectors/rest/request.ts";
import { secret, setting } from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { attemptContext } from "./attempt-context.ts";
import { deliver, fault, TOKEN } from "./deliver.ts";
import { httpServer } from "./http-server.ts";

describe("a response mapping", () => {
  test("sees status, headers, text and JSON, and tells the destination's own id", async () => {
    const server = await httpServer((response) =>
      response.writeHead(201, { "X-Trace": "t1" }).end('{"id":"r-9"}'),
    );
    const seen: RestResponse[] = [];
    const attempt = await deliver({
      baseUrl: server.url,
      response: (answer) => {
        seen.push(answer);
        return delivered({ remoteId: (answer.json as { id: string }).id });
      },
    });
    expect(seen).toMatchObject([
      { status: 201, headers: { "x-trace": "t1" }, text: '{"id":"r-9"}', json: { id: "r-9" } },
    ]);
    expect(attempt).toMatchObject({ status: "delivered", remoteId: "r-9" });
  });

  test.each([
    ["no JSON", "<html>"],
    ["an empty body", ""],
    ["more than 1 MB", JSON.stringify("x".repeat(1_100_000))],
  ])("sees no JSON in %s", async (_what, body) => {
    const server = await httpServer((response) => {
      response.on("error", () => undefined);
      response.end(body);
    });
    const seen: unknown[] = [];
    await deliver({ baseUrl: server.url, response: ({ json }) => void seen.push(json) });
    expect(seen).toEqual([undefined]);
  });

  test("leaves the verdict to the status where it has none", async () => {
    const server = await httpServer((response) => response.writeHead(409).end());
    const error = await fault(deliver({ baseUrl: server.url, response: () => undefined }));
    expect(error).toBeInstanceOf(PermanentError);
  });

  test("takes a status for success that would not be one", async () => {
    const server = await httpServer((response) => response.writeHead(409).end());
    const attempt = await deliver({ baseUrl: server.url, response: () => delivered() });
    expect(attempt).toMatchObject({ status: "delivered", response: { status: 409 } });
    expect(attempt).not.toHaveProperty("remoteId");
  });

  test("has a success tried again, after its own time, or the one that the destination names", async () => {
    const server = await httpServer((response) => response.writeHead(200, { "retry-after": "7" }).end());
    const waits = [
      await fault(deliver({ baseUrl: server.url, response: () => retry("it is full", { afterMs: 50 }) })),
      await fault(deliver({ baseUrl: server.url, response: () => retry("it is full") })),
      await fault(deliver({ baseUrl: server.url, response: () => retry("it is full", { afterMs: 1e12 }) })),
    ];
    for (const error of waits) expect(error).toBeInstanceOf(RetryableError);
    expect(waits.map((error) => error instanceof RetryableError && error.retryAfterMs)).toEqual([
      50, 7_000, 86_400_000,
    ]);
    expect(waits[0]?.message).toBe(`PUT ${server.url}/people/7 was answered 200: it is full`);
  });

  test("refuses for good, with its reason and the evidence", async () => {
    const server = await httpServer((response) => response.end('{"error":"no such list"}'));
    const error = await fault(deliver({ baseUrl: server.url, response: () => refused("no such list") }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ request: { method: "PUT" }, response: { status: 200 } });
    expect(error.message).toContain("no such list");
  });

  test.each<[string, () => never]>([
    [
      "throws",
      () => {
        throw new Error("oops");
      },
    ],
    ["tells an id that is none", () => delivered({ remoteId: "" }) as never],
    ["asks for a wait that is none", () => retry("later", { afterMs: Number.NaN }) as never],
  ])("that %s fails for good, and says that the destination may have taken it", async (_what, response) => {
    const server = await httpServer((answer) => answer.end("{}"));
    const error = await fault(deliver({ baseUrl: server.url, response }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain("the response mapping threw");
    expect(error.message).toContain("may have taken the delivery");
    expect(error).toMatchObject({ response: { status: 200 } });
  });
});

describe("a reason that quotes an answer that quotes the request", () => {
  test.each([
    ["refused", ({ text }: RestResponse) => refused(text)],
    ["retry", ({ text }: RestResponse) => retry(text)],
    [
      "an error",
      ({ text }: RestResponse): RestVerdict => {
        throw new Error(text);
      },
    ],
  ])("shows no credentials: %s", async (_how, response) => {
    const server = await httpServer((answer, { headers }) => answer.end(headers.authorization));
    const auth = basic(setting("SHOP_USER"), secret("SHOP_KEY"));
    const context = attemptContext({ SHOP_URL: server.url, SHOP_USER: "caudal", SHOP_KEY: "planted-91" });
    const error = await fault(deliver({ baseUrl: server.url, auth, context, response }));
    expect(error.message).toContain("[redacted]");
    expect(error.message).not.toContain(Buffer.from("caudal:planted-91").toString("base64"));
  });
});

describe("what the destination has", () => {
  test("is told to both mappings", async () => {
    const server = await httpServer((response) => response.end());
    const told: AtDestination[] = [];
    const there = { known: true, remoteId: "r-9" };
    await deliver({ baseUrl: server.url, there, request: (_c, is) => void told.push(is) });
    await deliver({ baseUrl: server.url, there, removed: true, remove: (_r, is) => void told.push(is) });
    await deliver({ baseUrl: server.url, request: (_c, is) => void told.push(is) });
    expect(told).toEqual([there, there, { known: false, remoteId: undefined }]);
  });

  test("is nothing after a DELETE, and left to the engine after everything else", async () => {
    const server = await httpServer((response) => response.end());
    const path = "/people/7";
    const gone = await deliver({ baseUrl: server.url, request: () => ({ method: "DELETE", path }) });
    expect(gone).toMatchObject({ status: "delivered", known: false });
    const put = await deliver({ baseUrl: server.url });
    expect(put).not.toHaveProperty("known");
  });
});

test("an answer that repeats the token is recorded without it, even where the cut would have halved it", async () => {
  const server = await httpServer((response) => response.end("x".repeat(65_526) + TOKEN));
  const attempt = await deliver({ baseUrl: server.url });
  expect(JSON.stringify(attempt)).not.toContain(TOKEN.slice(0, 8));
});
