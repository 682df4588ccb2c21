import { CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cosmosSigner, cosmosTransport } from "../../engine/azure/cosmos-transport.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { BadCursorError } from "../../engine/errors/bad-cursor-error.ts";
import type { Documents, Page } from "../../engine/ports.ts";
import { startCosmos } from "../../infra/local/cosmos/server.ts";

type HttpClient = ReturnType<typeof cosmosTransport>["httpClient"];
interface Note {
  readonly id: string;
  readonly at: string;
}

const text = "SELECT * FROM c WHERE c.kind = 'note' ORDER BY c.at DESC";
/**
 * What the service answers to a request for the plan of this query, as far as the SDK reads it; the stand-in's plan
 * leaves the order to the stand-in.
 */
const PLAN = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: "None",
    orderBy: ["Descending"],
    orderByExpressions: ["c.at"],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery:
      `SELECT c._rid, [{"item": c.at}] AS orderByItems, c AS payload FROM c WHERE (c.kind = 'note') ` +
      "AND ({documentdb-formattableorderbyquery-filter}) ORDER BY c.at DESC",
    hasSelectValue: false,
  },
  queryRanges: [{ min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false }],
};
const RANGES = [
  { minInclusive: "", maxExclusive: "55" },
  { minInclusive: "55", maxExclusive: "AA" },
  { minInclusive: "AA", maxExclusive: "FF" },
];
const COUNT = 120;

let server: Awaited<ReturnType<typeof startCosmos>>;
let transport: ReturnType<typeof cosmosTransport>;
const clients: CosmosClient[] = [];
beforeAll(async () => {
  server = await startCosmos({ port: 0 });
  transport = cosmosTransport();
  const { database } = await connect(transport.httpClient).databases.create({ id: "caudal" });
  const { container } = await database.containers.create({ id: "unified", partitionKey: "/key" });
  for (let n = 0; n < COUNT; n++) {
    // Each time comes three times, and the ranges take the items in long runs and by turns.
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, n % 40)).toISOString();
    const range = n < 40 ? 0 : n % 7 === 0 ? 2 : n % 2;
    await container.items.create({ id: `n${n}`, key: `k${n}`, kind: "note", at, range });
  }
});
afterAll(async () => {
  for (const client of clients) client.dispose();
  await transport?.close();
  await server?.close();
});

function connect(httpClient: HttpClient): CosmosClient {
  const client = new CosmosClient({
    endpoint: server.endpoint,
    tokenProvider: cosmosSigner(server.key),
    httpClient,
    connectionPolicy: { enableEndpointDiscovery: false },
  });
  clients.push(client);
  return client;
}

/** The stand-in behind answers that make it look like the service with three physical partitions. */
function service(): HttpClient {
  return {
    async sendRequest(request) {
      const { headers } = request;
      const says = (name: string): boolean => headers.get(name)?.toLowerCase() === "true";
      const range = headers.get("x-ms-documentdb-partitionkeyrangeid");
      if (range !== undefined) {
        request.body = (request.body as string).replace("WHERE (", `WHERE c.range = ${range} AND (`);
      }
      const answer = await transport.httpClient.sendRequest(request);
      const instead = (status: number, body: object): typeof answer => ({
        ...answer,
        status,
        bodyAsText: JSON.stringify(body),
      });
      if (request.url.endsWith("/pkranges")) {
        const feed = JSON.parse(answer.bodyAsText ?? "{}") as { PartitionKeyRanges: object[] };
        const ranges = RANGES.map((bounds, n) => ({
          ...feed.PartitionKeyRanges[0],
          id: String(n),
          ...bounds,
        }));
        return instead(200, { ...feed, PartitionKeyRanges: ranges });
      }
      if (says("x-ms-cosmos-is-query-plan-request")) return instead(200, PLAN);
      if (says("x-ms-documentdb-isquery") && range === undefined) {
        const message = "Cross partition query only supports 'VALUE <AggreateFunc>' for aggregates.";
        return instead(400, { code: "BadRequest", message, additionalErrorInfo: JSON.stringify(PLAN) });
      }
      return answer;
    },
  };
}

describe.each(["the stand-in", "the service"])("on %s, a query across partitions", (which) => {
  const open = (): Documents =>
    cosmosDocuments(connect(which === "the service" ? service() : transport.httpClient).database("caudal"));

  it.each([1, 7, 50, 120, 500])("gives each item once, in order, over pages of at most %i", async (limit) => {
    const documents = open();
    const notes: Note[] = [];
    let cursor: string | null | undefined;
    for (let pages = 0; cursor !== null; pages++) {
      const page: Page<Note> = await documents.query("unified", {
        text,
        limit,
        ...(cursor ? { cursor } : {}),
      });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      expect(pages).toBeLessThanOrEqual(COUNT);
      notes.push(...page.items);
      cursor = page.next;
    }
    expect(new Set(notes.map(({ id }) => id)).size).toBe(COUNT);
    expect(notes).toHaveLength(COUNT);
    const times = notes.map(({ at }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it("refuses a cursor that no page gave, or that was cut", async () => {
    const { next } = await open().query<Note>("unified", { text, limit: 7 });
    for (const cursor of ["junk", "null", next?.slice(0, -9) ?? ""]) {
      await expect(open().query("unified", { text, cursor })).rejects.toThrow(BadCursorError);
    }
  });
});
