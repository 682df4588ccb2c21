import { expect, it } from "vitest";
import {
  readStored,
  removeStored,
  sequenceOf,
  store,
  type StoredSequence,
} from "../../../../engine/sequences/book/stored-sequence.ts";
import type { Documents } from "../../../../engine/ports.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";

const given = {
  name: "mine",
  file: [{ module_name: "a" }],
  storedAt: "2026-01-02T00:00:00.000Z",
  storedBy: "ana",
};

it("says whether it is new, whoever stores the same at the same time", async () => {
  const { documents } = memoryPorts();
  const stored = await Promise.all(
    ["ana", "luis", "eva"].map((storedBy) => store(documents, { ...given, storedBy })),
  );
  expect(stored.filter(Boolean)).toHaveLength(1);
  expect(await store(documents, given)).toBe(false);
  expect((await readStored(documents, "mine"))?.storedBy).toBe("ana");
});

it("gives up when others are always faster", async () => {
  const { documents } = memoryPorts();
  await store(documents, given);
  const racing: Documents = {
    ...documents,
    read: async <T extends { id: string }>(...asked: Parameters<Documents["read"]>) => {
      const read = await documents.read<T>(...asked);
      if (read) await documents.write("control", read.item.id, [{ op: "upsert", item: read.item }]);
      return read;
    },
  };
  await expect(store(racing, given)).rejects.toThrow("the sequence mine changed under us 20 times in a row");
});

it("forgets with a sequence when it was last due", async () => {
  const ports = memoryPorts();
  const id = "sequence-schedule|mine";
  await store(ports.documents, given);
  await ports.documents.write("control", id, [{ op: "create", item: { id } }]);
  expect(await removeStored(ports.documents, "mine")).toBe(true);
  expect(ports.items("control")).toEqual([]);
  expect(await removeStored(ports.documents, "mine")).toBe(false);
});

it("tells of a stored sequence that is none by today's code", () => {
  const stored: StoredSequence = { id: "sequence|mine", kind: "sequence", ...given, file: [{ module: "a" }] };
  expect(() => sequenceOf(stored)).toThrow("sequence|mine is no sequence: 0");
});
