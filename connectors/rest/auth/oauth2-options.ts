import type { Setting } from "../../../engine/define/index.ts";

/** What every grant has. */
interface AnyGrant {
  /** The token endpoint: http or https, a path and a query are kept. */
  readonly tokenUrl: Setting;
  /** What is asked for, separated by spaces (RFC 6749, 3.3). Default: what the server gives by itself. */
  readonly scope?: string;
  /**
   * How the client shows who it is at the token endpoint (RFC 6749, 2.3.1): in the header, in the form, or, for
   * servers that know no better, in the query. Default: `basic`.
   */
  readonly credentials?: "basic" | "body" | "query";
  /** Where the access token goes (RFC 6750, 2.1 and 2.3). Default: the header. */
  readonly tokenIn?: "header" | { readonly query: string };
}

/** The client asks for itself (RFC 6749, 4.4). */
export interface ClientCredentialsGrant extends AnyGrant {
  readonly grant: "client-credentials";
  readonly clientId: Setting;
  readonly clientSecret: Setting;
  readonly username?: never;
  readonly password?: never;
  readonly refreshToken?: never;
}

/** The client asks with a user's name and password (RFC 6749, 4.3). */
export interface PasswordGrant extends AnyGrant {
  readonly grant: "password";
  readonly username: Setting;
  readonly password: Setting;
  /** Of a client that is registered. */
  readonly clientId?: Setting;
  /** Of a client that has one. */
  readonly clientSecret?: Setting;
  readonly refreshToken?: never;
}

/**
 * The client asks with a refresh token that somebody got for it (RFC 6749, 6). Where the server gives a new one with
 * each answer, that is kept and used from then on; a new value of the setting takes its place.
 */
export interface RefreshTokenGrant extends AnyGrant {
  readonly grant: "refresh-token";
  readonly refreshToken: Setting;
  readonly clientId: Setting;
  /** Of a client that has one. */
  readonly clientSecret?: Setting;
  readonly username?: never;
  readonly password?: never;
}

/** How access tokens are asked for; each grant has its own settings. */
export type OAuth2Options = ClientCredentialsGrant | PasswordGrant | RefreshTokenGrant;

/** The settings of a grant that are given. */
export function settingsOf(options: OAuth2Options): Setting[] {
  const { tokenUrl, clientId, clientSecret, username, password, refreshToken } = options;
  return [tokenUrl, clientId, clientSecret, username, password, refreshToken].filter(
    (setting) => setting !== undefined,
  );
}
