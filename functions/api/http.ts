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
  /** The whole body. Throws a Refused of 413 over `limit` bytes. */
  body(limit: number): Promise<Uint8Array>;
}

/** A response; `json` becomes the body. */
export interface ApiResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** An HTTP function. */
export interface Route {
  /** Name of the function. */
  readonly name: string;
  readonly methods: readonly Method[];
  /** Route template, two segments or more below the root; its parameters are whole segments. */
  readonly route: string;
  /** `open`: no token. Otherwise the caller's token must hold one of these roles. */
  readonly access: "open" | readonly Role[];
  handle(request: ApiRequest, services: Services, caller: Caller): Promise<ApiResponse>;
}

/** Who calls, as far as the token tells. */
export interface Caller {
  /** The token's name, which the operator log and runs keep; `anonymous` on an open route. */
  readonly name: string;
  readonly roles: readonly Role[];
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

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
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
