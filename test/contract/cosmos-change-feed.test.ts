import {
  ChangeFeedMode,
  ChangeFeedStartFrom,
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
  StatusCodes,
} from "@azure/cosmos";
import type { ChangeFeedIteratorOptions, ChangeFeedPullModelIterator, Container } from "@azure/cosmos";
import { describe, expect, it, vi } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();

interface Change {
  readonly id: string;
  readonly n?: number;
}

function feed(container: Container, options: ChangeFeedIteratorOptions): ChangeFeedPullModelIterator<Change> {
  return container.items.getChangeFeedIterator<Change>(options);
}

/** Reads until nothing more has changed; returns what changed and where to go on. */
async function drain(
  iterator: ChangeFeedPullModelIterator<Change>,
): Promise<{ ids: string[]; token: string }> {
  const ids: string[] = [];
  for (;;) {
    const { result, statusCode, continuationToken } = await iterator.readNext();
    if (statusCode === StatusCodes.NotModified) return { ids, token: continuationToken };
    ids.push(...result.map(({ id }) => id));
  }
}

describe("the change feed", () => {
  it("gives the newest version of each item in order of modification", async () => {
    const container = await account.container();
    for (const id of ["1", "2", "3"]) await container.items.create({ id, key: id, n: 1 });
    await container.items.upsert({ id: "1", key: "1", n: 2 });
    await container.item("2", "2").delete();
    const { ids } = await drain(feed(container, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() }));
    expect(ids).toEqual(["3", "1"]);
  });

  it("comes in pages and goes on from a continuation", async () => {
    const container = await account.container();
    for (let n = 0; n < 7; n++) await container.items.create({ id: String(n), key: "a" });
    const from = ChangeFeedStartFrom.Beginning();
    const pages = feed(container, { changeFeedStartFrom: from, maxItemCount: 3 });
    const first = await pages.readNext();
    expect(first.result.map(({ id }) => id)).toEqual(["0", "1", "2"]);
    const rest = ChangeFeedStartFrom.Continuation(first.continuationToken);
    const { ids, token } = await drain(feed(container, { changeFeedStartFrom: rest }));
    expect(ids).toEqual(["3", "4", "5", "6"]);
    await container.items.upsert({ id: "2", key: "a" });
    const later = await drain(
      feed(container, { changeFeedStartFrom: ChangeFeedStartFrom.Continuation(token) }),
    );
    expect(later.ids).toEqual(["2"]);
  });

  it("begins now", async () => {
    const container = await account.container();
    await container.items.create({ id: "before", key: "a" });
    const changes = feed(container, { changeFeedStartFrom: ChangeFeedStartFrom.Now() });
    expect((await drain(changes)).ids).toEqual([]);
    await container.items.create({ id: "after", key: "a" });
    expect((await drain(changes)).ids).toEqual(["after"]);
  });

  it("begins at a time", async () => {
    const container = await account.container();
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      for (let n = 0; n < 20; n++) {
        clock.mockReturnValue(now + n * 10_000);
        await container.items.create({ id: String(n), key: "a" });
      }
      const from = ChangeFeedStartFrom.Time(new Date(now + 170_000));
      const { ids } = await drain(feed(container, { changeFeedStartFrom: from }));
      expect(ids).toEqual(["17", "18", "19"]);
    } finally {
      clock.mockRestore();
    }
  });

  it("may be of one partition", async () => {
    const container = await account.container();
    for (const key of ["a", "b"])
      for (const id of ["1", "2"]) await container.items.create({ id: key + id, key });
    const from = ChangeFeedStartFrom.Beginning("b");
    expect((await drain(feed(container, { changeFeedStartFrom: from }))).ids).toEqual(["b1", "b2"]);
    const old = container.items.changeFeed<Change>("a", { startFromBeginning: true });
    expect((await old.fetchNext()).result.map(({ id }) => id)).toEqual(["a1", "a2"]);
    expect((await old.fetchNext()).statusCode).toBe(304);
  });

  it("may be of one feed range", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    const [range] = await container.getFeedRanges();
    const from = ChangeFeedStartFrom.Beginning(range);
    expect((await drain(feed(container, { changeFeedStartFrom: from }))).ids).toEqual(["1"]);
  });

  it("may be of a prefix of a hierarchical key", async () => {
    const container = await account.container({
      partitionKey: {
        paths: ["/tenant", "/user", "/n"],
        kind: PartitionKeyKind.MultiHash,
        version: PartitionKeyDefinitionVersion.V2,
      },
    });
    const users = ["ada", "bob", "a user with a name of more than sixteen letters", 5, true, null];
    for (const tenant of ["a", "b"]) {
      for (const [n, user] of users.entries())
        await container.items.create({ id: `${tenant}${n}`, tenant, user, n });
    }
    for (const [n, user] of users.entries()) {
      const from = ChangeFeedStartFrom.Beginning(["a", user]);
      expect((await drain(feed(container, { changeFeedStartFrom: from, maxItemCount: 2 }))).ids).toEqual([
        `a${n}`,
      ]);
    }
    const tenant = ChangeFeedStartFrom.Beginning(["b"]);
    const { ids } = await drain(feed(container, { changeFeedStartFrom: tenant }));
    expect(ids).toEqual(["b0", "b1", "b2", "b3", "b4", "b5"]);
  });

  it("refuses the modes it does not have", async () => {
    const container = await account.container();
    const options = {
      changeFeedStartFrom: ChangeFeedStartFrom.Now(),
      changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
    };
    expect((await refusal(feed(container, options).readNext())).message).toContain("not supported");
  });
});
