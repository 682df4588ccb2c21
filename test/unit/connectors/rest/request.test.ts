import { describe, expect, test } from "vitest";
import { deliver, fault } from "./deliver.ts";
import { httpServer } from "./http-server.ts";

describe("the body of a request", () => {
  test("is a form, lists repeated and undefined left out", async () => {
    const server = await httpServer((response) => response.end());
    const form = { name: "Ana & Co", tag: ["a", "b"], age: 7, none: undefined };
    const attempt = await deliver({
      baseUrl: server.url,
      request: () => ({ method: "POST", path: "/people", form }),
    });
    expect(server.seen[0]).toMatchObject({
      body: "name=Ana+%26+Co&tag=a&tag=b&age=7",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(attempt.request).toMatchObject({ body: "name=Ana+%26+Co&tag=a&tag=b&age=7" });
  });

  test("is a text of its own type, in UTF-8", async () => {
    const server = await httpServer((response) => response.end());
    const text = "<person>Ñandú</person>";
    const attempt = await deliver({
      baseUrl: server.url,
      request: () => ({ method: "PUT", path: "/people/7", text, contentType: "application/xml" }),
    });
    expect(server.seen[0]).toMatchObject({ body: text, headers: { "content-type": "application/xml" } });
    expect(attempt.request).toMatchObject({ body: text });
  });

  test("has a type that a header may have, or the delivery fails for good", async () => {
    const error = await fault(
      deliver({
        baseUrl: "http://127.0.0.1:1",
        request: () => ({ method: "PUT", path: "/", text: "", contentType: "text/plain\r\nx: y" }),
      }),
    );
    expect(error.message).toContain("the mapping is wrong");
  });

  test("is recorded whole up to 64 KB of UTF-8, and cut between two characters beyond", async () => {
    const server = await httpServer((response) => response.end());
    const recorded = async (text: string): Promise<unknown> => {
      const request = { method: "PUT", path: "/", text, contentType: "text/plain" } as const;
      return (await deliver({ baseUrl: server.url, request: () => request })).request;
    };
    const whole = "x".repeat(65_536);
    expect(await recorded(whole)).toMatchObject({ body: whole });
    expect(await recorded(whole)).not.toHaveProperty("truncated");
    expect(await recorded(`x${"ñ".repeat(40_000)}`)).toMatchObject({
      body: `x${"ñ".repeat(32_767)}`,
      truncated: true,
    });
  });
});
