import type { IncomingHttpHeaders } from "node:http";

/** What a POST is for: the service tells by headers, in this order. */
export type Purpose = "batch" | "plan" | "query" | "create";

/** True for a header that says true, in any case of letters. */
export function isTrue(header: string | string[] | undefined): boolean {
  return typeof header === "string" && header.toLowerCase() === "true";
}

/** What a POST with these headers is for. */
export function purposeOf(headers: IncomingHttpHeaders): Purpose {
  if (isTrue(headers["x-ms-cosmos-is-batch-request"])) return "batch";
  if (isTrue(headers["x-ms-cosmos-is-query-plan-request"])) return "plan";
  const query =
    isTrue(headers["x-ms-documentdb-isquery"]) || headers["content-type"] === "application/query+json";
  return query ? "query" : "create";
}

/** The resources that can be asked with a POST. Nothing else that is posted is a question, whatever its headers say. */
const ASKED = ["dbs", "colls", "docs", "offers"];

/**
 * Whether a request alters nothing, so that a read-only key may make it. A batch is none, even one that only reads: the
 * service wants a key that writes for it.
 *
 * @param kind the resource type of its address
 */
export function readsOnly(method: string, kind: string, headers: IncomingHttpHeaders): boolean {
  if (method === "GET") return true;
  if (method !== "POST" || !ASKED.includes(kind)) return false;
  const purpose = purposeOf(headers);
  return purpose === "query" || (purpose === "plan" && kind === "docs");
}
