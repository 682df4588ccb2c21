import type { IncomingHttpHeaders } from "node:http";
import { changeFeed } from "./change-feed.ts";
import { Failure } from "./failure.ts";
import type { Address } from "./http/address.ts";
import type { Answer } from "./http/answer.ts";
import { purposeOf } from "./http/purpose.ts";
import { parseJson } from "./http/request-body.ts";
import { batch } from "./items/batch.ts";
import { oneItem, placeOf, postItem } from "./items/routes.ts";
import { queryBody } from "./query/request.ts";
import { postQuery, queryPlan, readFeed } from "./query/routes.ts";
import { account } from "./resources/account.ts";
import {
  containerBody,
  createContainer,
  deleteContainer,
  readContainer,
  replaceContainer,
} from "./resources/containers.ts";
import { createDatabase, databaseBody, deleteDatabase, readDatabase } from "./resources/databases.ts";
import { feed } from "./resources/feed.ts";
import { keyRanges } from "./resources/key-ranges.ts";
import type { Store } from "./store/store.ts";

/** One request, read and authorized. */
export interface Request {
  readonly method: string;
  readonly address: Address;
  readonly headers: IncomingHttpHeaders;
  /** The body; empty when there is none. */
  readonly text: string;
  /** The server as the client reached it. */
  readonly endpoint: string;
}

/** Finds what a request asks for and does it; only queries take more than one turn of the event loop. */
export function handle(store: Store, request: Request): Answer | Promise<Answer> {
  const { address } = request;
  switch (address.kind) {
    case "docs":
      return items(store, request) ?? refuse(request);
    case "":
      return { status: 200, body: account(request.endpoint) };
    case "dbs":
      return databases(store, request) ?? refuse(request);
    case "colls":
      return containers(store, request) ?? refuse(request);
    case "pkranges":
      return keyRanges(store.container(address.database, address.container));
    case "operations":
      return operation(store, request);
    case "offers":
      return { status: 200, body: '{"_rid":"","Offers":[],"_count":0}' };
    default:
      return refuse(request);
  }
}

function refuse({ method, address }: Request): never {
  const known = ["docs", "dbs", "colls"].includes(address.kind);
  throw known
    ? new Failure(405, `${method} is not supported here.`)
    : new Failure(400, `The resource type "${address.kind}" is not supported.`);
}

function items(
  store: Store,
  { method, address, headers, text }: Request,
): Answer | Promise<Answer> | undefined {
  const container = store.container(address.database, address.container);
  if (!address.feed) return oneItem(store, container, method, address.id, headers, text);
  if (method === "GET") {
    return headers["a-im"] === undefined
      ? readFeed(store, container, headers)
      : changeFeed(store, container, headers);
  }
  if (method !== "POST") return undefined;
  switch (purposeOf(headers)) {
    case "batch":
      return batch(store, container, headers, text);
    case "plan":
      return queryPlan(text);
    case "query":
      return postQuery(store, container, headers, text);
    case "create":
      return postItem(store, container, headers, text);
  }
}

function databases(store: Store, { method, address, headers, text }: Request): Answer | undefined {
  if (address.feed) {
    if (method === "POST" && purposeOf(headers) !== "query") return createDatabase(store, parseJson(text));
    const all = [...store.catalog.databases.values()].map(databaseBody);
    return feed("Databases", "", all, method === "POST" ? queryBody(text) : undefined);
  }
  if (method === "GET") return readDatabase(store, address.id);
  return method === "DELETE" ? deleteDatabase(store, address.id) : undefined;
}

function containers(store: Store, { method, address, headers, text }: Request): Answer | undefined {
  const { database, id } = address;
  if (address.feed) {
    if (method === "POST" && purposeOf(headers) !== "query")
      return createContainer(store, database, parseJson(text));
    const owner = store.databaseEntry(database);
    const all = [...owner.containers.values()].map(containerBody);
    return feed("DocumentCollections", owner.rid, all, method === "POST" ? queryBody(text) : undefined);
  }
  switch (method) {
    case "GET":
      return readContainer(store, database, id);
    case "PUT":
      return replaceContainer(store, database, id, parseJson(text), headers["if-match"]);
    case "DELETE":
      return deleteContainer(store, database, id);
    default:
      return undefined;
  }
}

/** `POST …/operations/partitionkeydelete`: deletes all items of one partition. */
function operation(store: Store, { method, address, headers }: Request): Answer {
  if (method !== "POST" || address.id !== "partitionkeydelete") {
    throw new Failure(400, `The operation "${address.id}" is not supported.`);
  }
  const { container, key } = placeOf(store, store.container(address.database, address.container), headers);
  store.commit.begin();
  container.items.deletePartition(key);
  return { status: 200 };
}
