import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Container, CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isIndexed } from "../../infra/local/cosmos/query/indexing-policy.ts";
import type { IndexingPolicy } from "../../infra/local/cosmos/resources/container-definition.ts";
import { type CosmosServer, startCosmos } from "../../infra/local/cosmos/server.ts";
import { createContainers } from "../../infra/local/stack/containers.ts";
import { readTopology } from "../../infra/local/stack/topology.ts";
import { codeBlocks, ROOT } from "../unit/docs/code-blocks.ts";
import { playAuditedDays } from "./audited-day.ts";
import { clientOf } from "./cosmos-account.ts";
import { pathsToIndex } from "./query-paths.ts";

const PAGE = "docs/how-to/ask-cosmos.md";
const topology = readTopology(path.join(ROOT, "infra/topology.json"));
const readOnlyKey = Buffer.from("an auditor's").toString("base64");
let server: CosmosServer;
let auditor: CosmosClient;
let unified: Container;

beforeAll(async () => {
  server = await startCosmos({ readOnlyKey });
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-ask-"));
  await createContainers(server, topology, path.join(folder, "containers.json"));
  rmSync(folder, { recursive: true });
  const owner = clientOf(server.endpoint, server.key);
  await playAuditedDays(owner.database(topology.database));
  owner.dispose();
  auditor = clientOf(server.endpoint, readOnlyKey);
  unified = auditor.database(topology.database).container("unified");
});
afterAll(async () => {
  auditor.dispose();
  await server.close();
});

/** The queries of the page, each with the answer that it shows. */
const examples = codeBlocks(PAGE).flatMap(({ language, code }, index, blocks) => {
  if (language !== "sql") return [];
  const answer = blocks[index + 1];
  if (answer?.language !== "json") throw new Error(`the page shows no answer to ${code}`);
  return [{ query: code, answer: JSON.parse(answer.code) as unknown[] }];
});

describe(`the queries of ${PAGE}`, () => {
  test("are all that an auditor is promised", () => {
    expect(examples.length).toBeGreaterThanOrEqual(12);
  });

  test.each(examples)(
    "have the answer that the page shows, with a key that only reads: $query",
    async (example) => {
      const { resources } = await unified.items.query(example.query).fetchAll();
      expect(inOrder(resources, example.query)).toEqual(inOrder(example.answer, example.query));
      expect(resources).not.toEqual([]);
    },
  );
});

/** Rows in the order in which they must come; where the query asks for none, in one of their own. */
function inOrder(rows: readonly unknown[], query: string): unknown[] {
  if (query.includes("ORDER BY")) return [...rows];
  return rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe("the queries that the pages have ready", () => {
  test.each(
    codeBlocks(PAGE)
      .concat(codeBlocks("docs/data.md"))
      .filter(({ language }) => language === "sql"),
  )("filter and sort by what is indexed: $code", ({ code }) => {
    const container = containerOf(code);
    const policy = topology.containers.find(({ name }) => name === container)?.indexingPolicy;
    const paths = pathsToIndex(code);
    expect(paths.length).toBeGreaterThan(0);
    const unindexed = paths.filter((each) => !isIndexed(policy as IndexingPolicy, each.split("/")));
    expect(unindexed).toEqual([]);
  });

  test.each([
    ["SELECT * FROM c WHERE c.event.data.email = 'a'", ["event/data/email"]],
    ["SELECT * FROM c JOIN d IN c.changes WHERE d.old.line1 = 'a'", ["changes", "changes/[]/old/line1"]],
    ["SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.observed.x.time", ["kind", "observed/x/time"]],
    ["SELECT * FROM c WHERE STARTSWITH(c.key, 'a') OR c.n IN (c.m, 2)", ["key", "n", "m"]],
  ])("are looked through whole: %s", (query, paths) => {
    expect(pathsToIndex(query)).toEqual(paths);
  });
});

/** The container that a ready query is for: of data.md as the sentence before it says, otherwise `unified`. */
function containerOf(code: string): string {
  const text = readFileSync(path.join(ROOT, "docs/data.md"), "utf8");
  const [before] = text.split(code);
  return before === text ? "unified" : ([...(before ?? "").matchAll(/\(`(\w+)`[^)]*\):/g)].at(-1)?.[1] ?? "");
}
