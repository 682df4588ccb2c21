import { createHmac } from "node:crypto";

/** Where a connection string leads, and how to prove that one may go there. */
export interface Endpoint {
  host: string;
  port: number;
  /** False for an emulator, which speaks plain TCP. */
  tls: boolean;
  /** A SAS token for an entity, valid for an hour from now. */
  token(entity: string): string;
}

/**
 * Reads a Service Bus connection string. `UseDevelopmentEmulator=true` means plain TCP (default port 5672),
 * anything else TLS (5671). Throws when the endpoint or the key is missing.
 * Source: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas
 */
export function parseConnectionString(text: string): Endpoint {
  const parts = new Map<string, string>();
  for (const part of text.split(";")) {
    const at = part.indexOf("=");
    if (at > 0) parts.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  const url = URL.parse((parts.get("Endpoint") ?? "").replace(/^sb:/, "http:"));
  const [name, key, signature] = ["SharedAccessKeyName", "SharedAccessKey", "SharedAccessSignature"].map(
    (part) => parts.get(part),
  );
  if (url === null || (signature === undefined && (name === undefined || key === undefined))) {
    throw new Error("not a Service Bus connection string with a shared access key");
  }
  const tls = parts.get("UseDevelopmentEmulator") !== "true";
  const port = url.port === "" ? (tls ? 5671 : 5672) : Number(url.port);
  return {
    host: url.hostname,
    port,
    tls,
    token(entity) {
      if (signature !== undefined) return signature;
      const resource = encodeURIComponent(`sb://${url.host}/${entity}`);
      const expiry = Math.floor(Date.now() / 1000) + 3600;
      const proof = createHmac("sha256", key!).update(`${resource}\n${expiry}`).digest("base64");
      return `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(proof)}&se=${expiry}&skn=${name}`;
    },
  };
}
