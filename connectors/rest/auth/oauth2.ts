import { createHash } from "node:crypto";
import type { AttemptContext } from "../../../engine/define/index.ts";
import { formEncoded } from "../address.ts";
import type { Credentials, RestAuth } from "./auth.ts";
import { type OAuth2Options, settingsOf } from "./oauth2-options.ts";
import { askForToken } from "./token-endpoint.ts";

/** How long before its end a token is no longer used, in milliseconds; at most half of its life. */
const MARGIN_MS = 60_000;

/** What is kept of a grant. */
interface Kept {
  readonly accessToken: string;
  /** The one to ask with next time. */
  readonly refreshToken?: string;
  /** When another token must be there: milliseconds since 1970. Missing: when this one is rejected. */
  readonly renewAt?: number;
  /** What it was given for; with other values of the settings it is worth nothing. */
  readonly basis: string;
}

/**
 * Access tokens of OAuth 2.0, fetched when they are needed, kept, shared by all who use the same settings, and fetched
 * anew before they end or when one is answered 401; one at a time over all hosts. A refresh token that the server
 * changes is stored before the access token that came with it is used.
 */
export function oauth2(options: OAuth2Options): RestAuth {
  const { tokenUrl, grant, scope = "", tokenIn = "header" } = options;
  const own = settingsOf(options);
  const name = `oauth2|${tokenUrl.name}|${hash([grant, scope, ...own.map((setting) => setting.name)]).slice(0, 16)}`;

  const tokenFor = async (context: AttemptContext, rejected?: string): Promise<Credentials> => {
    const { value, secrets, signal } = context;
    const basis = hash([scope, ...own.map((setting) => value(setting))]);
    const { accessToken } = await secrets.fresh<Kept>(
      name,
      (kept) =>
        kept.basis === basis && kept.accessToken !== rejected && Date.now() < (kept.renewAt ?? Infinity),
      async (last) => {
        const usable = last?.basis === basis ? last.refreshToken : undefined;
        const first = options.grant === "refresh-token" ? value(options.refreshToken) : undefined;
        const refreshToken = first === undefined ? undefined : (usable ?? first);
        const issued = await askForToken(options, refreshToken, context);
        const next = issued.refreshToken ?? refreshToken;
        return {
          accessToken: issued.accessToken,
          ...(first === undefined || next === undefined ? {} : { refreshToken: next }),
          ...(issued.lifetimeMs === undefined ? {} : { renewAt: renewAt(issued.lifetimeMs) }),
          basis,
        };
      },
      signal,
    );
    return typeof tokenIn === "string"
      ? { headers: { authorization: `Bearer ${accessToken}` }, secrets: [accessToken] }
      : { query: { [tokenIn.query]: accessToken }, secrets: [accessToken, formEncoded(accessToken)] };
  };

  return {
    settings: own,
    credentials: (context) => tokenFor(context),
    renewed: ({ secrets: [rejected] }, context) => tokenFor(context, rejected),
  };
}

function renewAt(lifetimeMs: number): number {
  return Date.now() + lifetimeMs - Math.min(MARGIN_MS, lifetimeMs / 2);
}

function hash(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts)).digest("hex");
}
