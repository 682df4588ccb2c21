import { validateHeaderName, validateHeaderValue } from "node:http";
import type {
  Attempt,
  AttemptContext,
  Destination,
  Removed,
  Setting,
  Snapshot,
} from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { addressOf, baseAddress } from "./address.ts";
import { bearer } from "./bearer.ts";
import { exchange, type HttpAnswer, type HttpCall } from "./exchange.ts";
import type { RestAnswer, RestRequest } from "./integration.ts";
import { failure, succeeded } from "./verdict.ts";

/** What a REST destination consists of. */
export interface RestDestinationOptions {
  readonly baseUrl: Setting;
  readonly token: Setting | undefined;
  readonly timeoutMs: number;
  readonly request: (document: never) => RestAnswer;
  readonly remove: ((removed: Removed) => RestAnswer) | undefined;
}

/** Largest answer that is read, in bytes: 1 MB. */
const MAX_BYTES = 1024 * 1024;
/** How much of an answer the delivery record keeps, in characters: 32 K, so that its JSON fits what a record takes. */
const MAX_RECORDED = 32 * 1024;
/** The headers of an answer that tell something about a delivery. */
const RECORDED_HEADERS = [
  "content-type",
  "etag",
  "location",
  "retry-after",
  "x-request-id",
  "x-correlation-id",
];

const UNSENT_REMOVAL = { ignored: "the integration does not send removals" };

/** A destination that is reached with one HTTP request a version. */
export function restDestination(options: RestDestinationOptions): Destination {
  const { baseUrl, token } = options;
  return {
    settings: token ? [baseUrl, token] : [baseUrl],
    async deliver(snapshot: Snapshot, context): Promise<Attempt> {
      const mapped = map(options, snapshot);
      if (mapped === undefined) return { status: "ignored", reason: "the mapping had nothing to send" };
      if ("ignored" in mapped) return { status: "ignored", reason: mapped.ignored };
      const call = callOf(options, mapped, snapshot, context);
      const request = recordedRequest(call, mapped);
      const answer = await exchange(call).catch((error: unknown) => {
        throw error instanceof RetryableError ? new RetryableError(error.message, { request }) : error;
      });
      const response = recordedAnswer(answer);
      if (succeeded(call.method, answer.status)) return { status: "delivered", request, response };
      throw failure(`${call.method} ${call.url.origin}${call.url.pathname}`, answer, { request, response });
    },
  };
}

function map({ request, remove }: RestDestinationOptions, snapshot: Snapshot): RestAnswer {
  const { id, key, version, data } = snapshot;
  try {
    if (data === undefined) return remove ? remove({ id, key, version }) : UNSENT_REMOVAL;
    return (request as (document: object) => RestAnswer)({ ...data, id, key, version });
  } catch (error) {
    throw new PermanentError(`the mapping threw ${String(error)}`, { cause: error });
  }
}

function callOf(
  { baseUrl, token, timeoutMs }: RestDestinationOptions,
  request: RestRequest,
  { key, version }: Snapshot,
  { value, signal }: AttemptContext,
): HttpCall {
  try {
    return {
      method: request.method,
      url: addressOf(baseAddress(baseUrl, value(baseUrl)), request.path, request.query),
      headers: {
        accept: "application/json",
        ...(request.json === undefined ? {} : { "content-type": "application/json" }),
        ...checked(request.headers ?? {}),
        "idempotency-key": idempotencyKey(key, version),
        ...bearer(token, value),
      },
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
      timeoutMs,
      maxBytes: MAX_BYTES,
      signal,
    };
  } catch (error) {
    // A wrong setting is put right by an operator, a wrong path only by a new mapping.
    if (error instanceof InvalidSettingError) throw new RetryableError(error.message, { cause: error });
    if (error instanceof TypeError) throw new PermanentError(`the mapping is wrong: ${error.message}`);
    throw error;
  }
}

/** `<key>:<version>`. Keys are ASCII by construction; whatever else came in would break the header, so it is encoded. */
function idempotencyKey(key: string, version: number): string {
  return `${key.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent)}:${version}`;
}

/** Headers by lower-case name. Throws a TypeError, which shows no value, for one that HTTP does not allow. */
function checked(headers: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function recordedRequest({ method, url, headers }: HttpCall, { json }: RestRequest): object {
  const { authorization: _secret, ...rest } = headers;
  return { method, url: url.href, headers: rest, ...(json === undefined ? {} : { body: json }) };
}

function recordedAnswer({ status, headers, text, truncated }: HttpAnswer): object {
  const kept = Object.entries(headers).filter(([name]) => RECORDED_HEADERS.includes(name));
  return {
    status,
    headers: Object.fromEntries(kept),
    ...(text === "" ? {} : { body: text.slice(0, MAX_RECORDED) }),
    ...(truncated || text.length > MAX_RECORDED ? { truncated: true } : {}),
  };
}
