import {
  type DocumentDefinition,
  defineIntegration,
  type IntegrationDefinition,
  type IntegrationOptions,
  type Mapped,
  type Removed,
  type Setting,
} from "../../engine/define/index.ts";
import type { Path, Query } from "./address.ts";
import { restDestination } from "./destination.ts";

/** A request to a destination, as a mapping writes it. */
export interface RestRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the base address: `/contacts/${c.id}`. It is percent-encoded for you; see {@link Path}. */
  readonly path: Path;
  /** Sent as JSON. Default: no body. */
  readonly json?: unknown;
  /** Beside those of every delivery: `authorization`, `idempotency-key`, `accept`, and `content-type` with JSON. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Query;
}

/** Why a version is of no interest to a destination; made by {@link ignore}. */
export interface Ignored {
  readonly ignored: string;
}

/** A mapping's answer for a version that the destination need not know of; the reason reaches the delivery record. */
export function ignore(reason: string): Ignored {
  return { ignored: reason };
}

/** What a mapping may answer: a request, {@link ignore}, or undefined, which ignores without a reason of its own. */
export type RestAnswer = RestRequest | Ignored | undefined;

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
  /** A bearer token. Default: none is sent. */
  token?: Setting;
  /** For one attempt, from the request to the last byte of the answer. Milliseconds; default 10 000; 100 to 30 000. */
  timeoutMs?: number;
  /** The request that brings the destination to this version of the document. Pure. */
  request: (document: Mapped<NoInfer<D>>) => Answer & NoOther<NoInfer<Answer>>;
  /** The request that removes the entity. Pure. Default: removals are ignored. */
  remove?: (removed: Removed) => RestAnswer;
}

/**
 * Defines an integration with a REST API, one request a version. Delivery is at least once: every request carries
 * `Idempotency-Key: <key>:<version>`, and should be one that may be repeated (PUT rather than POST) where the
 * destination does not heed it. 2xx is success, and so are 404 and 410 for DELETE; 408, 425, 429, 5xx and network
 * faults are tried again, when `Retry-After` says where it does, and so are 401, 403 and 407, which an operator mends;
 * everything else, redirects too, fails for good.
 * Throws a TypeError on a malformed name, an unknown sub-schema or a timeout out of bounds.
 */
export function defineRestIntegration<D extends DocumentDefinition, const Answer extends RestAnswer>(
  options: RestIntegrationOptions<D, Answer>,
): IntegrationDefinition {
  const { name, baseUrl, token, timeoutMs = 10_000, request, remove } = options;
  if (!(timeoutMs >= 100 && timeoutMs <= 30_000)) {
    throw new TypeError(`integration "${name}": timeoutMs must be 100 to 30 000`);
  }
  return defineIntegration(options, restDestination({ baseUrl, token, timeoutMs, request, remove }));
}
