import { createHash } from "node:crypto";
import type { Page } from "../../engine/ports.ts";
import { type ApiRequest, type ApiResponse, problem, Refused } from "./http.ts";

/** What is wrong with a cursor, and what to do. */
export const BAD_CURSOR = "no page of this list gave this cursor; leave it out to begin anew";

/** The answer to a query parameter that makes no sense: 400 with the parameter's name. */
export function badQuery(path: string, message: string): Refused {
  return new Refused(problem(400, "The query is not valid.", { issues: [{ path, message }] }));
}

/** `?limit=` (1 to 1,000, default 100) and `?cursor=` of a list. Throws a Refused of 400. */
export function pageOf(request: ApiRequest): { limit: number; cursor?: string } {
  const asked = request.url.searchParams;
  const text = asked.get("limit") ?? "100";
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1_000) throw badQuery("limit", "must be a whole number from 1 to 1000");
  const cursor = asked.get("cursor");
  if (cursor === null) return { limit };
  const [list, encoded = ""] = cursor.split(".");
  const token = Buffer.from(encoded, "base64url").toString();
  // The store gives printable ASCII, and answers anything else as if it were down.
  if (list !== listName(request) || !/^[ -~]+$/.test(token)) throw badQuery("cursor", BAD_CURSOR);
  return { limit, cursor: token };
}

/** `{"items", "next"}`. The cursor names its list, filters included, so that it cannot pass for another list's. */
export function listAnswer<T>(
  request: ApiRequest,
  { items, next }: Page<T>,
  view: (item: T) => unknown,
): ApiResponse {
  const cursor = next === null ? null : `${listName(request)}.${Buffer.from(next).toString("base64url")}`;
  return { status: 200, json: { items: items.map(view), next: cursor } };
}

/** A time in the query, as Caudal writes times; undefined where there is none. Throws a Refused of 400. */
export function timeIn(request: ApiRequest, name: string): string | undefined {
  const text = request.url.searchParams.get(name);
  if (text === null) return undefined;
  const time = parseTime(text);
  if (time === undefined) throw badQuery(name, NO_TIME);
  return time;
}

/** What is wrong with a text that is no time. */
export const NO_TIME = "must be a date, or an ISO 8601 time with an offset: 2026-03-02T09:00:00Z";

/** A date or a time with an offset, as Caudal writes times; undefined for anything else. */
export function parseTime(text: string): string | undefined {
  const time = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:?\d\d))?$/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** One of a few values in the query; undefined where there is none. Throws a Refused of 400. */
export function oneOf<Value extends string>(
  request: ApiRequest,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const text = request.url.searchParams.get(name);
  if (text === null) return undefined;
  const found = values.find((value) => value === text);
  if (found === undefined) throw badQuery(name, `must be one of ${values.join(", ")}`);
  return found;
}

function listName({ url }: ApiRequest): string {
  const filters = new URLSearchParams(url.searchParams);
  filters.delete("limit");
  filters.delete("cursor");
  filters.sort();
  return createHash("sha256")
    .update(`${url.pathname}?${String(filters)}`)
    .digest("base64url")
    .slice(0, 8);
}
