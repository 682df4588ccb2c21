import { describe, expect, test } from "vitest";
import { z } from "zod";
import { restPages } from "../../../../connectors/rest/pages.ts";
import { secret, setting } from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { attemptContext } from "./attempt-context.ts";
import { httpServer } from "./http-server.ts";

const TOKEN = "tok-planted-7f3a";
const reader = restPages({
  baseUrl: setting("SHOP_URL"),
  token: secret("SHOP_TOKEN"),
  path: "/customers",
  query: ({ since, page }) => ({ updatedSince: since, page, pageSize: 2 }),
  response: z.object({ items: z.array(z.unknown()), nextPage: z.int().nullable() }),
  records: (page) => page.items,
  next: (page) => page.nextPage,
});

const read = (baseUrl: string, signal = new AbortController().signal): ReturnType<typeof reader.read> =>
  reader.read(
    { since: "2025-03-01T10:00:00.000Z", page: 2 },
    attemptContext({ SHOP_URL: baseUrl, SHOP_TOKEN: TOKEN }, signal),
  );

describe("restPages", () => {
  test("asks for one page and gives its records as they are", async () => {
    const server = await httpServer((response) =>
      response.end('{"items":[{"a":1},7],"nextPage":3,"spare":0}'),
    );
    expect(await read(`${server.url}/v1`)).toEqual({ records: [{ a: 1 }, 7], next: 3 });
    expect(server.seen[0]).toMatchObject({
      method: "GET",
      url: "/v1/customers?updatedSince=2025-03-01T10%3A00%3A00.000Z&page=2&pageSize=2",
      headers: { authorization: `Bearer ${TOKEN}`, accept: "application/json" },
    });
  });

  test("takes pages of several MB", async () => {
    const items = Array.from({ length: 5_000 }, (_, n) => ({ n, text: "x".repeat(1_000) }));
    const server = await httpServer((response) => response.end(JSON.stringify({ items, nextPage: null })));
    const page = await read(server.url);
    expect([page.records.length, page.next]).toEqual([5_000, null]);
  });

  test.each([
    [429, { "retry-after": "3" }, 3_000],
    [503, {}, undefined],
    [408, {}, undefined],
  ])("status %i is tried again", async (status, headers, retryAfterMs) => {
    const server = await httpServer((response) => response.writeHead(status, headers).end());
    const error: unknown = await read(server.url).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect(error).toMatchObject({ retryAfterMs });
  });

  test("so is a source that is not there", async () => {
    await expect(read("http://127.0.0.1:1")).rejects.toBeInstanceOf(RetryableError);
  });

  test.each([
    ["status 404", 404, "{}", "was answered 404"],
    ["a redirect", 302, "", "was answered 302"],
    ["no JSON", 200, "<html>", "no JSON"],
    ["another page than agreed", 200, '{"items":{}}', "items: "],
  ])("%s fails for good, and the token is not in the message", async (_what, status, body, message) => {
    const server = await httpServer((response) => response.writeHead(status, { location: "/" }).end(body));
    const error = await read(server.url).catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(PermanentError);
    expect((error as Error).message).toContain(message);
    expect(JSON.stringify(error) + (error as Error).message).not.toContain(TOKEN);
  });

  test("a page over 32 MB fails for good instead of filling the memory", async () => {
    const chunk = Buffer.alloc(1024 * 1024, " ");
    const server = await httpServer((response) => {
      const send = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", send);
      send();
    });
    await expect(read(server.url)).rejects.toThrow(/over 33554432 bytes/);
  });

  test("an address that is none fails for good, by name", async () => {
    await expect(read("shop")).rejects.toThrow(/SHOP_URL/);
    await expect(read("shop")).rejects.toBeInstanceOf(PermanentError);
  });

  test("ends when the pull is told to", async () => {
    const abort = new AbortController();
    const server = await httpServer(() => abort.abort());
    await expect(read(server.url, abort.signal)).rejects.toThrow(/ran out of time/);
  });
});
