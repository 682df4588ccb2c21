import { unescape } from "node:querystring";

/** Shorter values are no secrets worth hiding, and masking them would garble everything. */
const SHORTEST = 6;
/** How many learned secrets are remembered, so that a new token an hour does not pile up for ever. */
const MAX_LEARNED = 1_000;

/**
 * The secret values that must not leave the process: those of settings, for good, and those that turned up while the
 * app ran (access tokens), the last 1,000 of them.
 */
export class KnownSecrets {
  readonly #declared = new Map<string, readonly string[]>();
  readonly #learned = new Map<string, readonly string[]>();
  #forms: readonly string[] | undefined = [];

  /** Remembers the value of a setting. */
  declare(secret: string): void {
    if (secret.length < SHORTEST || this.#declared.has(secret)) return;
    this.#declared.set(secret, formsOf(secret));
    this.#forms = undefined;
  }

  /** Remembers a secret that turned up; one that comes again counts as new, at no cost. */
  learn(secret: string): void {
    if (secret.length < SHORTEST) return;
    const known = this.#learned.get(secret);
    this.#learned.delete(secret);
    this.#learned.set(secret, known ?? formsOf(secret));
    if (known) return;
    const [oldest] = this.#learned.keys();
    if (this.#learned.size > MAX_LEARNED && oldest !== undefined) this.#learned.delete(oldest);
    this.#forms = undefined;
  }

  /** Every form in which one of them may show up, the longest first. */
  forms(): readonly string[] {
    this.#forms ??= [...new Set([...this.#declared.values(), ...this.#learned.values()].flat())].toSorted(
      (a, b) => b.length - a.length,
    );
    return this.#forms;
  }
}

/**
 * A secret as it is, percent-encoded, in base64 and as JSON escapes it; of a URL also its normal form, with or without
 * a slash at the end, and its password; of a connection string the key.
 */
function formsOf(secret: string): string[] {
  return [secret, ...partsOfUrl(secret), ...keysOfConnection(secret)]
    .filter((part) => part.length >= SHORTEST)
    .flatMap((part) => [
      part,
      encodeURIComponent(part.toWellFormed()),
      new URLSearchParams({ "": part }).toString().slice(1),
      Buffer.from(part).toString("base64"),
      JSON.stringify(part).slice(1, -1),
    ]);
}

/** The keys in a connection string of Azure: `Endpoint=…;SharedAccessKey=…`. */
function keysOfConnection(secret: string): string[] {
  return [...secret.matchAll(/(?:Key|Password|Signature)=([^;]+)/gi)].map(([, key = ""]) => key);
}

/** What of a secret URL may show up without the rest: the URL as it is sent, and its password, written and decoded. */
function partsOfUrl(secret: string): string[] {
  const url = URL.parse(secret);
  if (!url) return [];
  const password = /^[^/?#]+:\/\/[^/?#]*?:([^/?#]*)@/.exec(secret)?.[1] ?? "";
  return [url.href, url.href.replace(/\/$/, ""), url.password, password, unescape(password)];
}
