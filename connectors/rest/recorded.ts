import type { HttpAnswer, HttpCall } from "./exchange.ts";
import type { RestRequest } from "./request.ts";

/** How much of a body the delivery record keeps, in bytes of UTF-8: 64 KB. */
const MAX_BODY = 64 * 1024;
/** The headers of an answer that tell something about a delivery. */
const HEADERS = ["content-type", "etag", "location", "retry-after", "x-request-id", "x-correlation-id"];

/** What the delivery record keeps of a request, which has no credentials yet. */
export function recordedRequest({ method, url, headers, body }: HttpCall, { json }: RestRequest): object {
  const beside = { method, url: url.href, headers };
  if (body === undefined) return beside;
  const kept = atMost(body);
  return kept === body ? { ...beside, body: json ?? body } : { ...beside, body: kept, truncated: true };
}

/** What the delivery record keeps of an answer, without what is secret in it. */
export function recordedAnswer(
  { status, headers, text, truncated }: HttpAnswer,
  secrets: readonly string[],
): object {
  // Before it is cut: the half of a secret would not be found any more.
  const clean = withoutSecrets(text, secrets);
  const kept = atMost(clean);
  return {
    status,
    headers: Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        HEADERS.includes(name) ? [[name, withoutSecrets(value, secrets)]] : [],
      ),
    ),
    ...(kept === "" ? {} : { body: kept }),
    ...(truncated || kept !== clean ? { truncated: true } : {}),
  };
}

/** A text in which none of the secrets stands. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}

/** The beginning of a text, without a character that is cut in two. */
function atMost(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_BODY) return text;
  return new TextDecoder().decode(bytes.subarray(0, MAX_BODY), { stream: true });
}
