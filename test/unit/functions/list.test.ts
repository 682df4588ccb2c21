import { describe, expect, it } from "vitest";
import type { ApiRequest } from "../../../functions/api/http.ts";
import { Refused } from "../../../functions/api/http.ts";
import { listAnswer, oneOf, pageOf, timeIn } from "../../../functions/api/list.ts";

function asked(query: string, path = "/api/v1/deliveries"): ApiRequest {
  return {
    method: "GET",
    url: new URL(`http://127.0.0.1${path}${query}`),
    params: {},
    header: () => undefined,
    stream: async function* () {},
    body: async () => new Uint8Array(),
  };
}
/** The issues of the 400 that it is answered with. */
function issuesOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    if (error instanceof Refused) return (error.response.json as { issues: unknown }).issues;
    throw error;
  }
  return undefined;
}
const next = (request: ApiRequest, cursor: string): string | null =>
  (listAnswer(request, { items: [], next: cursor }, (item) => item).json as { next: string | null }).next;

describe("a cursor", () => {
  it("comes back as the store gave it, whatever the limit and the order of the filters", () => {
    const cursor = next(asked("?status=failed&key=customer|CC-1"), '{"token":"+ /?~"}') ?? "";
    const again = asked(`?limit=7&key=customer|CC-1&status=failed&cursor=${encodeURIComponent(cursor)}`);
    expect(pageOf(again)).toEqual({ limit: 7, cursor: '{"token":"+ /?~"}' });
  });

  it.each<[string, ApiRequest]>([
    ["of another list", asked(`?cursor=${next(asked("", "/api/v1/runs"), "t")}`)],
    ["of other filters", asked(`?status=failed&cursor=${next(asked("?status=ignored"), "t")}`)],
    ["that nobody gave", asked("?cursor=nonsense")],
    ["of this list without a token", asked(`?cursor=${next(asked(""), "")}`)],
    ...["a\u0000b", "a\nb", "ä", "\u007f"].map((token): [string, ApiRequest] => [
      `with ${JSON.stringify(token)}`,
      asked(`?cursor=${next(asked(""), token)}`),
    ]),
  ])("%s is refused: it would end the list early", (_what, request) => {
    expect(issuesOf(() => pageOf(request))).toEqual([
      { path: "cursor", message: "no page of this list gave this cursor; leave it out to begin anew" },
    ]);
  });
});

describe("what makes no sense is refused by name", () => {
  it.each(["0", "1001", "ten", "-1", "1.5"])("limit=%s", (limit) => {
    expect(issuesOf(() => pageOf(asked(`?limit=${limit}`)))).toMatchObject([{ path: "limit" }]);
  });

  it.each(["yesterday", "2026-13-01", "2026-03-02T09:00:00", "12"])("since=%s", (since) => {
    expect(issuesOf(() => timeIn(asked(`?since=${since}`), "since"))).toMatchObject([{ path: "since" }]);
  });

  it("a status that there is not", () => {
    expect(issuesOf(() => oneOf(asked("?status=bogus"), "status", ["failed", "ignored"]))).toEqual([
      { path: "status", message: "must be one of failed, ignored" },
    ]);
    expect(oneOf(asked("?status=failed"), "status", ["failed", "ignored"])).toBe("failed");
  });
});

it("a time with any offset becomes one as Caudal writes them", () => {
  expect(timeIn(asked("?since=2026-11-24T12:20:00-05:00"), "since")).toBe("2026-11-24T17:20:00.000Z");
  expect(timeIn(asked("?since=2026-11-24"), "since")).toBe("2026-11-24T00:00:00.000Z");
  expect(timeIn(asked(""), "since")).toBeUndefined();
});
