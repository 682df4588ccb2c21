import { z } from "zod";
import type { AttemptContext } from "../../../engine/define/index.ts";
import { RetryableError } from "../../../engine/errors/retryable-error.ts";
import { exchange, type HttpAnswer, type HttpCall } from "../exchange.ts";
import { endpointAddress, formEncoded } from "../address.ts";
import { agentsFor } from "../targets/agents.ts";
import { PRIVATE_TARGETS } from "../targets/targets.ts";
import { retryAfterMs } from "../verdict.ts";
import { type OAuth2Options, settingsOf } from "./oauth2-options.ts";

/** For one token, from the request to the last byte, in milliseconds: well within the lease of who renews it. */
const TIMEOUT_MS = 20_000;
/** Largest answer that is read, in bytes. */
const MAX_BYTES = 256 * 1024;

/** A token's characters, all of which a header may have (RFC 6749, A.12 and A.17). */
const token = z.string().regex(/^[\x21-\x7e]+$/);
/** Seconds, which some servers write as text; what is none says nothing. */
const seconds = z
  .union([
    z.number().positive(),
    z
      .string()
      .regex(/^[1-9]\d*$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
/** RFC 6749, 5.1. */
const issued = z.object({
  access_token: token,
  token_type: z
    .string()
    .regex(/^bearer/i)
    .optional(),
  expires_in: seconds,
  refresh_token: token.nullish(),
});
/** RFC 6749, 5.2. Its description may repeat what was sent, so that it is left out. */
const refused = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** What a token endpoint gave. */
export interface IssuedToken {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  /** How long it is good for, in milliseconds, as far as the server says. */
  readonly lifetimeMs: number | undefined;
}

/**
 * Asks a token endpoint for an access token. Throws a RetryableError that says what to mend when it gives none, with
 * the wait that it asks for, and an InvalidSettingError for an address that is none.
 */
export async function askForToken(
  options: OAuth2Options,
  refreshToken: string | undefined,
  { value }: Pick<AttemptContext, "value">,
): Promise<IssuedToken> {
  const call = callOf(options, refreshToken, value);
  const answer = await exchange(call);
  const what = `the token endpoint ${call.url.origin}${call.url.pathname}`;
  if (answer.status < 200 || answer.status > 299) throw refusal(what, answer, options);
  const parsed = issued.safeParse(jsonOf(answer.text));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path }) => path.join(".") || "no JSON object");
    throw new RetryableError(
      `${what} was answered with no token that can be used (${faults.join(", ")}): check ${options.tokenUrl.name}`,
    );
  }
  const { access_token, refresh_token, expires_in } = parsed.data;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? undefined,
    lifetimeMs: expires_in === undefined ? undefined : expires_in * 1000,
  };
}

function callOf(
  options: OAuth2Options,
  refreshToken: string | undefined,
  value: AttemptContext["value"],
): HttpCall {
  const { clientId, clientSecret, scope, credentials = "basic" } = options;
  const url = endpointAddress(options.tokenUrl, value(options.tokenUrl));
  const form = new URLSearchParams({ grant_type: options.grant.replace("-", "_") });
  if (options.grant === "password") {
    form.set("username", value(options.username));
    form.set("password", value(options.password));
  }
  if (refreshToken !== undefined) form.set("refresh_token", refreshToken);
  if (scope !== undefined) form.set("scope", scope);
  const headers: Record<string, string> = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  };
  if (clientId && clientSecret && credentials === "basic") {
    // Each is encoded as in a form before they are joined (RFC 6749, 2.3.1).
    const pair = [clientId, clientSecret].map((setting) => formEncoded(value(setting))).join(":");
    headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
  } else if (clientId) {
    const place = credentials === "query" ? url.searchParams : form;
    place.set("client_id", value(clientId));
    if (clientSecret) place.set("client_secret", value(clientSecret));
  }
  return {
    method: "POST",
    url,
    headers,
    body: form.toString(),
    agents: agentsFor(value(PRIVATE_TARGETS)),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  };
}

function refusal(what: string, answer: HttpAnswer, options: OAuth2Options): RetryableError {
  const code = refused.safeParse(jsonOf(answer.text)).data?.error;
  const said = `${what} answered ${answer.status}${code === undefined ? "" : ` ${code}`}`;
  const wait = retryAfterMs(answer.headers["retry-after"], Date.now());
  return new RetryableError(
    `${said}: ${remedy(answer.status, code, options)}`,
    wait === undefined ? {} : { retryAfterMs: wait },
  );
}

/** What to do about a refusal (RFC 6749, 5.2). */
function remedy(status: number, code: string | undefined, options: OAuth2Options): string {
  const { clientId, clientSecret, tokenUrl, grant } = options;
  const client = [clientId, clientSecret].filter((setting) => setting !== undefined).map(({ name }) => name);
  if (status >= 500 || status === 408 || status === 425 || status === 429) return "it is asked again";
  if (code === "invalid_client") return `check ${client.join(" and ") || "whether it wants a clientId"}`;
  if (code === "invalid_grant" && options.grant === "refresh-token") {
    return `the refresh token is no longer good; authorize anew and set ${options.refreshToken.name}`;
  }
  if (code === "invalid_grant" && options.grant === "password") {
    return `check ${options.username.name} and ${options.password.name}`;
  }
  if (code === "invalid_scope") return "check the integration's scope";
  if (code === "unauthorized_client" || code === "unsupported_grant_type") {
    return `have the server allow the grant "${grant}" for the client in ${client.join(", ") || tokenUrl.name}`;
  }
  return `check ${settingsOf(options)
    .map(({ name }) => name)
    .join(", ")}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
