import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "../failure.ts";
import type { Address } from "./address.ts";
import { readsOnly } from "./purpose.ts";

/** The key that every installation of Microsoft's Cosmos DB emulator publishes. */
export const emulatorKey =
  "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

/**
 * Checks one request; throws `Failure` 401 when the signature is absent, malformed, or made with a key that does not
 * serve it.
 */
export type Authorize = (method: string, address: Address, headers: IncomingHttpHeaders) => void;

/**
 * Master key authorization: base64 HMAC-SHA256 over verb, resource type, link and date.
 * Source: https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources
 *
 * To a read-only key that signs a write, the service says what it says to a wrong one, 401:
 * https://learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-unauthorized
 *
 * @param key base64, as the account shows it
 * @param readOnlyKey base64; serves what alters nothing
 */
export function masterKeyAuthorization(key: string, readOnlyKey?: string): Authorize {
  const keyOf = (base64: string): KeyObject => createSecretKey(Buffer.from(base64, "base64"));
  const writing = [keyOf(key)];
  const reading = readOnlyKey === undefined ? writing : [...writing, keyOf(readOnlyKey)];
  return (method, address, headers) => {
    const given = signatureOf(headers.authorization);
    const date = headers["x-ms-date"] ?? headers.date;
    if (given === undefined || typeof date !== "string") {
      throw new Failure(
        401,
        "Required Header authorization is missing. Ensure a valid Authorization token is passed.",
      );
    }
    // Deleting a partition is signed as an operation on its container.
    const kind = address.kind === "operations" ? "colls" : address.kind;
    const link =
      address.kind === "operations"
        ? address.link.slice(0, address.link.lastIndexOf("/operations"))
        : address.link;
    const text = `${method.toLowerCase()}\n${kind}\n${link}\n${date.toLowerCase()}\n\n`;
    const received = Buffer.from(given, "base64");
    const signs = (secret: KeyObject): boolean => {
      const expected = createHmac("sha256", secret).update(text).digest();
      return received.length === expected.length && timingSafeEqual(received, expected);
    };
    const serving = readsOnly(method, address.kind, headers) ? reading : writing;
    if (!serving.some(signs)) {
      throw new Failure(
        401,
        "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol.",
      );
    }
  };
}

function signatureOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  let token = header;
  try {
    if (header.includes("%")) token = decodeURIComponent(header);
  } catch {
    return undefined;
  }
  if (!token.startsWith("type=master&")) return undefined;
  const at = token.indexOf("&sig=");
  return at < 0 ? undefined : token.slice(at + 5);
}
