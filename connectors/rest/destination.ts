import type { Attempt, AttemptContext, Destination, Setting, Snapshot } from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { addressOf, baseAddress } from "./address.ts";
import type { RestAuth } from "./auth/auth.ts";
import { type LetIn, letIn } from "./auth/let-in.ts";
import type { HttpCall } from "./exchange.ts";
import { blameMapping, mapped, type RestMapping, written } from "./mapping.ts";
import { previewOf } from "./preview.ts";
import { recordedAnswer, recordedRequest, withoutSecrets } from "./recorded.ts";
import type { RestRequest } from "./request.ts";
import type { RestResponse, RestVerdict } from "./response.ts";
import { agentsFor } from "./targets/agents.ts";
import { PRIVATE_TARGETS } from "./targets/targets.ts";
import { failure, judged, succeeded } from "./verdict.ts";

/** What a REST destination consists of. */
export interface RestDestinationOptions extends RestMapping {
  readonly baseUrl: Setting;
  readonly auth: RestAuth | undefined;
  readonly timeoutMs: number;
  readonly response: ((answer: RestResponse) => RestVerdict | undefined) | undefined;
}

/** Largest answer that is read, in bytes: 1 MB. */
const MAX_BYTES = 1024 * 1024;

/** A destination that is reached with one HTTP request a version. */
export function restDestination(options: RestDestinationOptions): Destination {
  const { baseUrl, auth } = options;
  return {
    settings: [baseUrl, ...(auth?.settings ?? []), PRIVATE_TARGETS],
    preview: (snapshot: Snapshot) => previewOf(options, snapshot),
    async deliver(snapshot: Snapshot, context): Promise<Attempt> {
      const asked = mapped(options, snapshot);
      if ("ignored" in asked) return { status: "ignored", reason: asked.ignored };
      try {
        const call = callOf(options, asked, snapshot, context);
        const request = recordedRequest(call, asked);
        const { answer, secrets } = await letIn({ ...call, record: request }, auth, context);
        const evidence = { request, response: recordedAnswer(answer, secrets) };
        const remoteId = settle(options, call, { answer, secrets }, evidence);
        return {
          status: "delivered",
          ...evidence,
          ...(call.method === "DELETE" ? { known: false } : {}),
          ...(remoteId === undefined ? {} : { remoteId }),
        };
      } catch (error) {
        // An operator can put a wrong setting right.
        if (error instanceof InvalidSettingError) throw new RetryableError(error.message, { cause: error });
        throw error;
      }
    },
  };
}

function callOf(
  { baseUrl, timeoutMs }: RestDestinationOptions,
  request: RestRequest,
  { key, version, again }: Snapshot,
  { value, signal }: AttemptContext,
): HttpCall {
  try {
    const { headers, ...content } = written(request);
    return {
      method: request.method,
      url: addressOf(baseAddress(baseUrl, value(baseUrl)), request.path, request.query),
      headers: {
        accept: "application/json",
        ...headers,
        "idempotency-key": idempotencyKey(key, version, again),
      },
      ...content,
      timeoutMs,
      maxBytes: MAX_BYTES,
      agents: agentsFor(value(PRIVATE_TARGETS)),
      signal,
    };
  } catch (error) {
    return blameMapping(error);
  }
}

/** What an answer means: the destination's own id where it told one. Throws when it did not take the version. */
function settle(
  { response }: RestDestinationOptions,
  { method, url }: HttpCall,
  { answer, secrets }: LetIn,
  evidence: { readonly request: object; readonly response: object },
): string | undefined {
  const what = `${method} ${url.origin}${url.pathname}`;
  const verdict = response && interpreted(response, what, { answer, secrets }, evidence);
  if (verdict?.verdict === "delivered") return verdict.remoteId;
  if (verdict) {
    // A reason may quote an answer that quotes the request.
    throw judged(what, { ...verdict, reason: withoutSecrets(verdict.reason, secrets) }, answer, evidence);
  }
  if (succeeded(method, answer.status)) return undefined;
  throw failure(what, answer, evidence);
}

function interpreted(
  response: (answer: RestResponse) => RestVerdict | undefined,
  what: string,
  { answer, secrets }: LetIn,
  evidence: object,
): RestVerdict | undefined {
  const { status, headers, text, truncated } = answer;
  try {
    return response({ status, headers, text, json: truncated ? undefined : jsonOf(text) });
  } catch (error) {
    const threw = withoutSecrets(String(error), secrets);
    const message = `${what} was answered ${status}, and the response mapping threw ${threw}`;
    throw new PermanentError(`${message}; the destination may have taken the delivery`, {
      ...evidence,
      cause: error,
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * `<key>:<version>`, and behind it the run that wants it again: a destination with a good memory would answer from
 * that. Keys are ASCII by construction; whatever else came in would break the header, so it is encoded.
 */
function idempotencyKey(key: string, version: number, again: string | undefined): string {
  const ascii = key.toWellFormed().replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
  return [ascii, version, ...(again === undefined ? [] : [again])].join(":");
}
