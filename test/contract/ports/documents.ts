import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { BadCursorError } from "../../../engine/errors/bad-cursor-error.ts";
import { TooLargeError } from "../../../engine/errors/too-large-error.ts";
import type { Documents, Item } from "../../../engine/ports.ts";

interface Note extends Item {
  readonly key: string;
  readonly text?: string;
  readonly place?: number;
}

/** What every document store behind the port `Documents` must do. */
export function documentsContract(open: () => Documents): void {
  let documents: Documents;
  let key: string;
  beforeEach(() => {
    documents = open();
    key = `customer|${randomUUID()}`;
  });
  const note = (id: string, more: object = {}): Note => ({ id, key, ...more });
  const read = async (id: string): Promise<Note | undefined> =>
    (await documents.read<Note>("unified", key, id))?.item;

  describe("the port Documents", () => {
    it("reads what was written, with an etag; nothing of another partition", async () => {
      expect(await documents.read("unified", key, "a")).toBeUndefined();
      const result = await documents.write("unified", key, [
        { op: "create", item: note("a", { text: "ñ" }) },
      ]);
      const stored = await documents.read<Note>("unified", key, "a");
      expect(stored?.item).toMatchObject({ id: "a", text: "ñ" });
      expect(result).toEqual({ written: true, etags: [stored?.etag] });
      expect(await documents.read("unified", "customer|other", "a")).toBeUndefined();
    });

    it("takes the ids that the engine makes", async () => {
      for (const id of [
        "audit|crm:msg_1",
        "delivery|a|store:CC-1@2026-01-01T00:00:00.000Z|1",
        "parked|ñ %2D ",
      ]) {
        await documents.write("unified", key, [{ op: "create", item: note(id) }]);
        expect(await read(id)).toMatchObject({ id });
      }
    });

    it.each([1, 2])(
      "refuses to create what exists (in a batch of %i), and writes nothing of it",
      async (size) => {
        await documents.write("unified", key, [{ op: "create", item: note("taken") }]);
        const writes = [
          { op: "create", item: note("fresh") } as const,
          { op: "create", item: note("taken") } as const,
        ].slice(-size);
        const index = size - 1;
        expect(await documents.write("unified", key, writes)).toEqual({
          written: false,
          index,
          why: "exists",
        });
        expect(await read("fresh")).toBeUndefined();
      },
    );

    it.each([1, 2])("replaces under the etag that was read, once (in a batch of %i)", async (size) => {
      await documents.write("unified", key, [{ op: "create", item: note("a") }]);
      const etag = (await documents.read("unified", key, "a"))?.etag ?? "";
      const write = async (text: string): Promise<unknown> =>
        documents.write(
          "unified",
          key,
          [
            { op: "replace", item: note("a", { text }), etag } as const,
            { op: "upsert", item: note(text) } as const,
          ].slice(0, size),
        );
      expect(await write("first")).toMatchObject({ written: true });
      expect(await write("second")).toEqual({ written: false, index: 0, why: "changed" });
      expect(await read("a")).toMatchObject({ text: "first" });
      expect(await read("second")).toBeUndefined();
    });

    it("says that there is nothing to replace or to delete", async () => {
      const missing = { written: false, index: 0, why: "missing" };
      expect(
        await documents.write("unified", key, [{ op: "replace", item: note("a"), etag: '"1"' }]),
      ).toEqual(missing);
      expect(await documents.write("unified", key, [{ op: "delete", id: "a" }])).toEqual(missing);
    });

    it("lets one of many racing writers win", async () => {
      await documents.write("unified", key, [{ op: "create", item: note("a") }]);
      const etag = (await documents.read("unified", key, "a"))?.etag ?? "";
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          documents.write("unified", key, [
            { op: "replace", item: note("a", { text: String(n) }), etag },
            { op: "create", item: note(`log-${n}`) },
          ]),
        ),
      );
      expect(results.filter(({ written }) => written)).toHaveLength(1);
      const logged = await documents.query<Note>("unified", {
        text: "SELECT * FROM c WHERE STARTSWITH(c.id, 'log-')",
        partition: key,
      });
      expect(logged.items).toHaveLength(1);
    });

    it("takes a batch of a hundred, deletes included", async () => {
      const items = Array.from({ length: 100 }, (_, n) => note(`n${n}`));
      expect(
        await documents.write(
          "unified",
          key,
          items.map((item) => ({ op: "create", item })),
        ),
      ).toMatchObject({ written: true });
      expect(
        await documents.write(
          "unified",
          key,
          items.map(({ id }) => ({ op: "delete", id })),
        ),
      ).toMatchObject({ written: true });
      expect(await read("n99")).toBeUndefined();
    });

    it("throws TooLargeError for an item past the store's size, and writes nothing", async () => {
      const large = note("large", { text: "x".repeat(2_200_000) });
      await expect(documents.write("unified", key, [{ op: "create", item: large }])).rejects.toThrow(
        TooLargeError,
      );
      const batch = [{ op: "create", item: note("small") } as const, { op: "create", item: large } as const];
      await expect(documents.write("unified", key, batch)).rejects.toThrow(TooLargeError);
      expect(await read("small")).toBeUndefined();
    });

    it("pages through a query in order, with parameters, within a partition", async () => {
      const items = Array.from({ length: 25 }, (_, place) => note(`n${place}`, { place, text: 'it\'s "x"' }));
      await documents.write(
        "unified",
        key,
        items.map((item) => ({ op: "create", item })),
      );
      const places: (number | undefined)[] = [];
      let cursor: string | undefined;
      do {
        const page = await documents.query<Note>("unified", {
          text: "SELECT * FROM c WHERE c.text = @text AND c.place >= @from ORDER BY c.place DESC",
          parameters: { text: 'it\'s "x"', from: 3 },
          partition: key,
          limit: 10,
          ...(cursor === undefined ? {} : { cursor }),
        });
        expect(page.items.length).toBeLessThanOrEqual(10);
        places.push(...page.items.map(({ place }) => place));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(places).toEqual(Array.from({ length: 22 }, (_, index) => 24 - index));
    });

    it("refuses a cursor that no page gave", async () => {
      const query = { text: "SELECT * FROM c", cursor: "junk" };
      await expect(documents.query("unified", query)).rejects.toThrow(BadCursorError);
    });

    it("counts", async () => {
      await documents.write("unified", key, [{ op: "create", item: note("a") }]);
      const page = await documents.query<number>("unified", {
        text: "SELECT VALUE COUNT(1) FROM c",
        partition: key,
      });
      expect(page).toEqual({ items: [1], next: null });
    });
  });
}
