import { timingSafeEqual } from "node:crypto";
import { Webhook } from "standardwebhooks";
import type { RawRequest, Setting, Verification, Verifier } from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";

/** How far a sender's clock may be off, either way, in seconds; the value that the specification's libraries use. */
const TOLERANCE_S = 5 * 60;
/** Longest `webhook-id` that is taken, in characters. */
const MAX_DELIVERY_ID = 256;

/**
 * Verifies webhooks signed after the Standard Webhooks specification, symmetric signatures (`v1`): headers
 * `webhook-id`, `webhook-timestamp` (seconds since 1970, at most five minutes off), `webhook-signature` (one or more,
 * so that secrets can be rotated). `key` holds the shared secret in base64, with or without `whsec_` in front; with
 * another content, verifying throws an InvalidSettingError.
 * Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function standardWebhook(key: Setting): Verifier {
  return {
    settings: [key],
    verify: (request, value, now) => verify(request, signer(key, value(key)), now),
  };
}

function verify(request: RawRequest, signer: Webhook, now: number): Verification {
  const refuse = (reason: string): Verification => ({ ok: false, reason });
  const deliveryId = request.header("webhook-id") ?? "";
  const timestamp = request.header("webhook-timestamp") ?? "";
  const signatures = request.header("webhook-signature") ?? "";
  if (deliveryId === "") return refuse("the header webhook-id is missing");
  if (deliveryId.length > MAX_DELIVERY_ID) {
    return refuse(`the header webhook-id is longer than ${MAX_DELIVERY_ID} characters`);
  }
  if (signatures === "") return refuse("the header webhook-signature is missing");
  // The library reads its own clock and takes "12x" for 12; so the time is checked here.
  if (!/^\d{1,12}$/.test(timestamp))
    return refuse("the header webhook-timestamp is missing or no whole number");
  const behind = Math.floor(now / 1000) - Number(timestamp);
  if (behind > TOLERANCE_S) return refuse("webhook-timestamp is more than five minutes old");
  if (-behind > TOLERANCE_S) return refuse("webhook-timestamp is more than five minutes ahead");

  const text = decode(request.body);
  if (text === undefined) return refuse("the body is not UTF-8");
  const expected = Buffer.from(signer.sign(deliveryId, new Date(Number(timestamp) * 1000), text));
  // Spaces part signatures; where the header came twice, the host joins the two with a comma and a space.
  const matches = signatures.split(/,? +/).some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
  return matches ? { ok: true, deliveryId } : refuse("no signature in webhook-signature matches");
}

/** The text whose bytes these are. Other bytes are refused: decoded loosely, different bodies would sign alike. */
function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

function signer(key: Setting, value: string): Webhook {
  try {
    return new Webhook(value);
  } catch (error) {
    throw new InvalidSettingError(key.name, "is no webhook secret: expected base64, with or without whsec_", {
      cause: error,
    });
  }
}
