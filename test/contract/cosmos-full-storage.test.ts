import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { draft } from "../../infra/local/cosmos/items/document.ts";
import { createItem, readItem } from "../../infra/local/cosmos/items/operations.ts";
import { createContainer } from "../../infra/local/cosmos/resources/containers.ts";
import { createDatabase } from "../../infra/local/cosmos/resources/databases.ts";
import { Store } from "../../infra/local/cosmos/store/store.ts";

it("a full storage fails the writes of its moment, and the server goes on with what was there", async () => {
  const store = new Store(undefined);
  try {
    const settled = (): Promise<Error | undefined> => new Promise((resolve) => store.commit.settled(resolve));
    createDatabase(store, { id: "d" });
    createContainer(store, "d", { id: "c", partitionKey: { paths: ["/key"] } });
    const place = (): Parameters<typeof createItem>[0] => ({
      store,
      container: store.container("d", "c"),
      key: '["a"]',
    });
    const create = (id: string, size: number): number =>
      createItem(place(), draft({ id, key: "a", payload: "x".repeat(size) }, undefined), {}).status;
    expect(create("1", 10)).toBe(201);
    expect(await settled()).toBeUndefined();
    const pages = Number(store.database.prepare("PRAGMA page_count").get()?.["page_count"]);
    store.database.exec(`PRAGMA max_page_count = ${pages + 10}`);
    createContainer(store, "d", { id: "lost", partitionKey: { paths: ["/key"] } });
    const lost = settled();
    expect(() => create("2", 1_000_000)).toThrow("full");
    const failure = await lost;
    // What was written in the same moment was either kept or said to have failed.
    expect(store.catalog.databases.get("d")?.containers.has("lost")).toBe(failure === undefined);
    store.database.exec("PRAGMA max_page_count = 1000000");
    expect(create("3", 10)).toBe(201);
    expect(await settled()).toBeUndefined();
    await nextTurn();
    expect(["1", "2", "3"].map((id) => readItem(place(), id).status)).toEqual([200, 404, 200]);
  } finally {
    store.close();
  }
});
