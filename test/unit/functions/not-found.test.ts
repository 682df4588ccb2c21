import { describe, expect, test } from "vitest";
import { answer } from "../../../functions/api/answer.ts";
import type { ApiResponse } from "../../../functions/api/http.ts";
import { fallback, routes } from "../../../functions/api/index.ts";
import type { Services } from "../../../functions/services.ts";
import { compileRoute, pathSegments } from "../../../infra/local/host/http/route.ts";

function ask(method: string, path: string): Promise<ApiResponse> {
  const url = new URL(path, "http://caudal.example");
  const body = async (): Promise<Uint8Array> => new Uint8Array();
  const stream = async function* (): AsyncGenerator<Uint8Array> {};
  return answer(fallback, { method, url, params: {}, header: () => undefined, body, stream }, {} as Services);
}

describe("what no function takes", () => {
  test("comes last in the host's order, which is that of names, ignoring case", () => {
    const names = [...routes, fallback].map(({ name }) => name.toUpperCase());
    expect(names.toSorted().at(-1)).toBe(fallback.name.toUpperCase());
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(["/", "/api", "/api/v1/nothing", "/a/b/c/d/", "/%2e%2e/x"])("takes %s", (path) => {
    expect(compileRoute("", fallback.route)(pathSegments(path))).toBeDefined();
  });

  test.each(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"] as const)(
    "%s of an unknown path is a problem: 404",
    async (method) => {
      expect(fallback.methods).toContain(method);
      expect(await ask(method, "/api/v1/nothing?x=1")).toEqual({
        status: 404,
        headers: { "content-type": "application/problem+json" },
        json: {
          type: "about:blank",
          title: "Not Found",
          status: 404,
          detail: `There is no ${method} /api/v1/nothing.`,
        },
      });
    },
  );

  test.each([
    ["PUT", "/api/v1/webhooks/crm", "POST"],
    ["DELETE", "/API/v1/entities/customer/CC-1%2F2/", "GET"],
    ["HEAD", "/api/v1/health", "GET"],
  ])("%s of a path that other methods have is 405, with those: %s", async (method, path, allow) => {
    expect(await ask(method, path)).toMatchObject({
      status: 405,
      headers: { allow, "content-type": "application/problem+json" },
      json: { title: "Method Not Allowed" },
    });
  });
});
