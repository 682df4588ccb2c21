import type { IncomingHttpHeaders } from "node:http";
import type { Answer } from "../http/answer.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { parseQuery } from "./parser.ts";
import { continuationOf, pageSize, partitionOf, queryBody } from "./request.ts";
import { runQuery } from "./run.ts";

/**
 * The plan the SDK asks for beside every query: nothing to merge and one range to ask, since the server
 * answers for the whole container.
 */
const plan = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: "None",
    top: null,
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: "",
    hasSelectValue: false,
  },
  queryRanges: [{ min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false }],
};
const planBody = JSON.stringify(plan);

/** `POST …/docs` with a query plan request: 400 already here when the query cannot be read. */
export function queryPlan(text: string): Answer {
  parseQuery(queryBody(text).query);
  return { status: 200, body: planBody };
}

/** `POST …/docs` with a query. */
export function postQuery(
  store: Store,
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
  text: string,
): Promise<Answer> {
  return runQuery(store, container, {
    ...queryBody(text),
    key: partitionOf(container, headers),
    pageSize: pageSize(headers),
    continuation: continuationOf(headers),
  });
}

/** `GET …/docs`: all items, page by page. */
export function readFeed(
  store: Store,
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
): Promise<Answer> {
  return runQuery(store, container, {
    query: "SELECT * FROM c",
    parameters: new Map(),
    key: partitionOf(container, headers),
    pageSize: pageSize(headers),
    continuation: continuationOf(headers),
  });
}
