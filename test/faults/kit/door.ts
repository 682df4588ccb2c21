import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Answer } from "./memory.ts";

/** Who lets requests in: by a token that an operator set, or by tokens that it gives out itself. */
export interface Door {
  /** Whether a request with this `authorization` header may come in. */
  admits(authorization: string | undefined): boolean;
}

/** A door with one bearer token. */
export function bearerDoor(token: string): Door {
  return { admits: (authorization) => authorization === `Bearer ${token}` };
}

/** Where a system gives out access tokens, below its base address. */
export const TOKEN_PATH = "/oauth/token";

/**
 * A door with OAuth client credentials (RFC 6749, 4.4), the secret in the header or in the form. Tokens stay good until
 * a test says that they have expired, whatever was promised.
 */
export class OAuthDoor implements Door {
  readonly clientId = "the-client";
  readonly clientSecret: string;
  /** Every token that it gave out, in order. */
  readonly issued: string[] = [];
  /** True: the token endpoint refuses, and sends back what it was sent. */
  refuses = false;
  #good = new Set<string>();

  constructor(clientSecret: string) {
    this.clientSecret = clientSecret;
  }

  /** How often it was asked for a token with success. */
  get refreshes(): number {
    return this.issued.length;
  }

  admits(authorization: string | undefined): boolean {
    return this.#good.has(authorization?.replace(/^Bearer /, "") ?? "");
  }

  /** No token that it gave out so far is good any more. */
  expire(): void {
    this.#good.clear();
  }

  /** The token endpoint's answer. */
  issue({ headers }: IncomingMessage, body: string): Answer {
    const form = new URLSearchParams(body);
    const basic = Buffer.from(headers.authorization?.replace(/^Basic /, "") ?? "", "base64").toString();
    const [id, secret] = basic.includes(":")
      ? basic.split(":").map(fromForm)
      : [form.get("client_id"), form.get("client_secret")];
    const known = id === this.clientId && secret === this.clientSecret;
    if (!known || form.get("grant_type") !== "client_credentials" || this.refuses) {
      return { status: 401, json: { error: "invalid_client", headers, form: Object.fromEntries(form) } };
    }
    const token = `access-${this.issued.length + 1}-${randomUUID()}`;
    this.issued.push(token);
    this.#good.add(token);
    return { status: 200, json: { access_token: token, token_type: "Bearer", expires_in: 3_600 } };
  }
}

/** Id and secret are encoded as in a form before they are joined (RFC 6749, 2.3.1). */
function fromForm(text: string): string | null {
  return new URLSearchParams(`text=${text}`).get("text");
}
