import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "../failure.ts";
import { parseJson } from "../http/request-body.ts";
import { isObject } from "../json.ts";
import type { Json } from "../json.ts";
import type { PartitionKey } from "../partition-key.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { maxQueryLength } from "./parser.ts";

/** The service's number of results on a page when the client names none, and the most when it asks for any number. */
const defaultPageSize = 100;
const maxPageSize = 1000;

/** A query as a client sends it. */
export interface QueryRequest {
  readonly query: string;
  readonly parameters: ReadonlyMap<string, Json>;
  /** The partition it is restricted to. */
  readonly key: PartitionKey | undefined;
  /** How many results a page may hold. */
  readonly pageSize: number;
  readonly continuation: string | undefined;
}

/** Reads `{query, parameters: [{name, value}]}`; throws `Failure` 400. */
export function queryBody(text: string): { query: string; parameters: Map<string, Json> } {
  const body = parseJson(text);
  const query = isObject(body) ? body["query"] : undefined;
  if (!isObject(body) || typeof query !== "string") throw badRequest("A query request has a query text.");
  if (query.length > maxQueryLength) throw badRequest(`A query has at most ${maxQueryLength} characters.`);
  const list = body["parameters"] ?? [];
  if (!Array.isArray(list)) throw badRequest("The parameters of a query are a list.");
  const parameters = new Map<string, Json>();
  for (const entry of list) {
    const name = isObject(entry) ? entry["name"] : undefined;
    if (!isObject(entry) || typeof name !== "string" || !name.startsWith("@")) {
      throw badRequest("A parameter has a name that begins with @.");
    }
    const { value } = entry;
    if (value !== undefined) parameters.set(name, value);
  }
  return { query, parameters };
}

/** How many results the client wants on a page; -1 leaves it to the server. */
export function pageSize(headers: IncomingHttpHeaders): number {
  const header = headers["x-ms-max-item-count"];
  if (header === undefined) return defaultPageSize;
  const wanted = Number(header);
  if (!Number.isInteger(wanted) || wanted === 0 || wanted < -1) {
    throw badRequest(`x-ms-max-item-count is ${String(header)}: it must be -1 or a positive whole number.`);
  }
  return wanted === -1 ? maxPageSize : wanted;
}

/** The partition key a query or feed is restricted to, if any. */
export function partitionOf(
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
): PartitionKey | undefined {
  const header = headers["x-ms-documentdb-partitionkey"];
  return typeof header === "string" ? container.keys.parse(header) : undefined;
}

/** The continuation a client sends back. */
export function continuationOf(headers: IncomingHttpHeaders): string | undefined {
  const header = headers["x-ms-continuation"];
  return typeof header === "string" && header !== "" ? header : undefined;
}
