import type { Role } from "../../engine/access/roles.ts";
import type { Issue } from "../../engine/sync/quarantine.ts";
import type { Services } from "../services.ts";

/** A request as routes see it, whatever hosts them. */
export interface ApiRequest {
  readonly method: string;
  /** The path and query, for `instance` and `Location`. */
  readonly url: URL;
  /** Parts of the route in braces, decoded. */
  readonly params: Readonly<Record<string, string>>;
  header(name: string): string | undefined;
  /** The whole body. Throws a Refused of 413 over `limit` bytes, without reading on. Instead of {@link stream}. */
  body(limit: number): Promise<Uint8Array>;
  /**
   * The body as it comes, whatever its size; to be asked for once, instead of {@link body}. What is not read yet waits
   * with the client, and what is left when the reader breaks off is not read. Throws a {@link ClientGoneError} when the
   * client goes away, or the host takes no more of it.
   */
  stream(): AsyncIterable<Uint8Array>;
}

/** A response; `json` or `body` becomes its body. */
export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, `application/json` unless the headers say otherwise. */
  readonly json?: unknown;
  /**
   * Sent as it comes, instead of `json`; its content-type is in the headers. Asked for no faster than the client reads,
   * and told to `return` when the client goes away. When it throws, the connection breaks, so that what came by then
   * does not look complete.
   */
  readonly body?: AsyncIterable<Uint8Array>;
}

/** An HTTP function. */
export interface Route {
  /** Name of the function. */
  readonly name: string;
  readonly methods: readonly Method[];
  /** Route template, two segments or more below the root; its parameters are whole segments. */
  readonly route: string;
  /** `open`: no token. Otherwise the caller's token must hold one of these roles. */
  readonly access: "open" | readonly CallerRole[];
  handle(request: ApiRequest, services: Services, caller: Caller): Promise<ApiResponse>;
}

/** What a caller may act as: a role that tokens are issued with, or a business model's job. */
export type CallerRole = Role | "job";

/** Who calls, as far as the token tells. */
export interface Caller {
  /** The token's name, which the operator log and runs keep; `anonymous` on an open route. */
  readonly name: string;
  readonly roles: readonly CallerRole[];
}

/** Who calls an open route. */
export const ANONYMOUS: Caller = { name: "anonymous", roles: [] };

/** The methods that a host can bind a function to. */
export type Method = "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request that is answered with a problem instead of a result. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly response: ApiResponse;

  constructor(response: ApiResponse) {
    super(`answered with status ${response.status}`);
    this.response = response;
  }
}

/** The client went away before its request was whole: there is nobody to answer. */
export class ClientGoneError extends Error {
  override readonly name = "ClientGoneError";
}

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  409: "Conflict",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** A problem+json answer (https://www.rfc-editor.org/rfc/rfc9457): what happened, and with `issues` where and what to do. */
export function problem(
  status: number,
  detail: string,
  extra: { issues?: readonly Issue[]; headers?: Record<string, string>; [member: string]: unknown } = {},
): ApiResponse {
  const { headers = {}, ...members } = extra;
  return {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
    json: { type: "about:blank", title: TITLES[status] ?? "Error", status, detail, ...members },
  };
}
