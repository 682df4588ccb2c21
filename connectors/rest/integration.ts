import {
  type DocumentDefinition,
  defineIntegration,
  type IntegrationDefinition,
  type IntegrationOptions,
  type Mapped,
  type Removed,
  type Setting,
} from "../../engine/define/index.ts";
import type { RestAuth } from "./auth/auth.ts";
import { bearerToken } from "./auth/bearer-token.ts";
import { restDestination } from "./destination.ts";
import type { AtDestination, RestAnswer, RestRequest } from "./request.ts";
import type { RestResponse, RestVerdict } from "./response.ts";

export { ignore, type RestAnswer, type RestRequest } from "./request.ts";
export { delivered, refused, type RestResponse, type RestVerdict, retry } from "./response.ts";

/** Members that no request has become errors. */
type NoOther<Answer> = Answer extends RestRequest
  ? { readonly [Name in Exclude<keyof Answer, keyof RestRequest>]: never }
  : unknown;

/** What a REST integration is made of. */
export interface RestIntegrationOptions<
  D extends DocumentDefinition,
  Answer extends RestAnswer,
> extends IntegrationOptions<D> {
  /** The destination's base address: http or https, a path is kept. */
  baseUrl: Setting;
  /** How requests are let in: `bearerToken`, `basic`, `apiKey` or `oauth2` of `auth/`. Default: by nothing. */
  auth?: RestAuth;
  /** The short form of `auth: bearerToken(…)`. */
  token?: Setting;
  /** For one attempt, from the request to the last byte of the answer. Milliseconds; default 10 000; 100 to 30 000. */
  timeoutMs?: number;
  /** The request that brings the destination to this version of the document. Pure. */
  request: (document: Mapped<NoInfer<D>>, there: AtDestination) => Answer & NoOther<NoInfer<Answer>>;
  /** The request that removes the entity. Pure. Default: removals are ignored. */
  remove?: (removed: Removed, there: AtDestination) => RestAnswer;
  /**
   * What an answer means, of whatever status: `delivered`, `retry` or `refused`; undefined leaves it to the status.
   * Pure. Where it throws, the delivery fails for good, though the destination may have taken it.
   */
  response?: (answer: RestResponse) => RestVerdict | undefined;
}

/**
 * Defines an integration with a REST API, one request a version. Delivery is at least once: every request carries
 * `Idempotency-Key: <key>:<version>`, and should be one that may be repeated (PUT rather than POST) where the
 * destination does not heed it. 2xx is success, and so are 404 and 410 for DELETE; 408, 425, 429, 5xx and network
 * faults are tried again, when `Retry-After` says where it does, and so are 401, 403 and 407, which an operator mends;
 * everything else, redirects too, fails for good. After a DELETE the destination has nothing of the entity any more.
 * Addresses that are not public are reached only where `CAUDAL_PRIVATE_TARGETS` lists them.
 * Throws a TypeError on a malformed name, an unknown sub-schema, a timeout out of bounds, or both `auth` and `token`.
 */
export function defineRestIntegration<D extends DocumentDefinition, const Answer extends RestAnswer>(
  options: RestIntegrationOptions<D, Answer>,
): IntegrationDefinition {
  const { name, baseUrl, token, timeoutMs = 10_000, request, remove, response } = options;
  if (!(timeoutMs >= 100 && timeoutMs <= 30_000)) {
    throw new TypeError(`integration "${name}": timeoutMs must be 100 to 30 000`);
  }
  if (options.auth && token) throw new TypeError(`integration "${name}": give auth or token, not both`);
  const auth = token ? bearerToken(token) : options.auth;
  return defineIntegration(options, restDestination({ baseUrl, auth, timeoutMs, request, remove, response }));
}
