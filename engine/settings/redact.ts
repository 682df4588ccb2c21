import type { KnownSecrets } from "./known-secrets.ts";

/** A copy of a JSON-like value without secrets: known secret values inside strings, and members that carry credentials. */
export type Redact = <T>(value: T) => T;

const MASK = "[redacted]";
const CREDENTIAL =
  /^(authorization|proxy-authorization|cookie|set-cookie|x-functions-key|x-caudal-token|x-api-key|password|secret|token|access_token|refresh_token|client_secret|sig)$/i;

/** A redactor over a live set of secrets. It hides each of their forms, and the password in any URL. */
export function createRedactor(secrets: KnownSecrets): Redact {
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
  return <T>(value: T): T => walk(value, secrets.forms()) as T;
}
