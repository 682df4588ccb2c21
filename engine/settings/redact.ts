import { unescape } from "node:querystring";

/** A copy of a JSON-like value without secrets: known secret values inside strings, and members that carry credentials. */
export type Redact = <T>(value: T) => T;

const MASK = "[redacted]";
const CREDENTIAL =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-functions-key|x-caudal-token|x-api-key|password|secret|token|access_token|refresh_token|client_secret|sig)$/i;
/** Shorter values are no secrets worth hiding, and masking them would garble everything. */
const SHORTEST = 6;

/**
 * A redactor over a live set of secret values. It hides each as it is, percent-encoded, in base64 and as JSON escapes
 * it; of a URL also its normal form, with or without a slash at the end, and its password; of a connection string the
 * key; and the password in any URL.
 */
export function createRedactor(secrets: ReadonlySet<string>): Redact {
  let known: readonly string[] = [];
  let size = 0;
  const forms = (): readonly string[] => {
    if (size === secrets.size) return known;
    size = secrets.size;
    known = [...secrets]
      .flatMap((secret) => [secret, ...partsOfUrl(secret), ...keysOfConnection(secret)])
      .filter((secret) => secret.length >= SHORTEST)
      .flatMap((secret) => [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString("base64"),
        JSON.stringify(secret).slice(1, -1),
      ])
      .toSorted((a, b) => b.length - a.length);
    return known;
  };

  const text = (value: string, hidden: readonly string[]): string => {
    let clean = value;
    for (const form of hidden) if (clean.includes(form)) clean = clean.replaceAll(form, MASK);
    return clean.includes("://") ? clean.replaceAll(/(:\/\/[^\s/:@]*):[^\s/@]+@/g, `$1:${MASK}@`) : clean;
  };

  const walk = (value: unknown, hidden: readonly string[]): unknown => {
    if (typeof value === "string") return text(value, hidden);
    if (Array.isArray(value)) return value.map((item) => walk(item, hidden));
    if (value instanceof Error) return { name: value.name, message: text(value.message, hidden) };
    if (typeof value !== "object" || value === null) return value;
    if ("toJSON" in value && typeof value.toJSON === "function") return walk(value.toJSON(), hidden);
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        CREDENTIAL.test(name) && typeof member !== "object" ? MASK : walk(member, hidden),
      ]),
    );
  };
  return <T>(value: T): T => walk(value, forms()) as T;
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
