import { badRequest } from "../failure.ts";

/** What a request path points at: `/dbs/{database}/colls/{container}/docs/{item}` and its shorter forms. */
export interface Address {
  /** The kind of the resource or, for a feed, of its members: `dbs`, `colls`, `docs` …; empty for the account. */
  readonly kind: string;
  readonly database: string;
  readonly container: string;
  /** The id of the last segment when the path names one resource; empty for a feed. */
  readonly id: string;
  /** True when the path names a feed (an odd number of segments), false when it names one resource. */
  readonly feed: boolean;
  /** The unencoded link that the authorization signature covers. */
  readonly link: string;
}

const account: Address = { kind: "", database: "", container: "", id: "", feed: false, link: "" };

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest(`The path segment "${segment}" is not valid percent-encoding.`);
  }
}

/**
 * Reads a raw request path. The service knows no query strings, and the SDK leaves `?` in item ids
 * unencoded, so everything belongs to the path.
 */
export function parseAddress(url: string): Address {
  let start = 0;
  let end = url.length;
  while (start < end && url[start] === "/") start++;
  while (end > start && url[end - 1] === "/") end--;
  if (start === end) return account;
  const segments = url.slice(start, end).split("/");
  const count = segments.length;
  const feed = count % 2 === 1;
  const kind = (feed ? segments[count - 1] : segments[count - 2]) ?? "";
  const decoded = segments.map(decode);
  return {
    kind,
    database: decoded[1] ?? "",
    container: decoded[3] ?? "",
    id: feed ? "" : (decoded[count - 1] ?? ""),
    feed,
    link: (feed ? decoded.slice(0, -1) : decoded).join("/"),
  };
}
