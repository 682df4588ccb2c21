import { beforeEach, describe, expect, test } from "vitest";
import type { CloudEvent } from "../../../engine/define/index.ts";
import type { OutgoingMessage, Topic } from "../../../engine/ports.ts";
import { sendEvents } from "../../../engine/sync/send-events.ts";
import { takeEvent } from "../../../engine/sync/take-event.ts";
import { type MemoryPorts, memoryPorts } from "./memory-ports.ts";
import { event, fold, minute, told } from "./shop.ts";

let ports: MemoryPorts;
let published: OutgoingMessage[];
let whole: CloudEvent;
beforeEach(async () => {
  ports = memoryPorts();
  published = [];
  whole = event(told.type, minute(1), { name: "x".repeat(300_000) });
  await sendEvents([whole], ports);
});
const topic: Topic = { publish: async (messages) => void published.push(...messages) };
const take = (work: (event: CloudEvent) => Promise<void>): Promise<unknown> =>
  takeEvent(ports.sent("events").at(-1)?.body, ports, topic, work);

describe("a large event", () => {
  test("is worked on whole, while its blob is there; after that the blob is gone", async () => {
    const seen: unknown[] = [];
    const issues = await take(async (given) => {
      seen.push(given, ports.blobNames().length);
    });
    expect([issues, seen]).toEqual([[], [whole, 1]]);
    expect(ports.blobNames()).toEqual([]);
  });

  test("whose work failed keeps its blob, so that it can come again", async () => {
    await expect(take(async () => Promise.reject(new Error("the store is down")))).rejects.toThrow("down");
    expect(ports.blobNames()).toHaveLength(1);
    expect(await take(async () => {})).toEqual([]);
  });

  test("whose blob cannot be read for a moment is worked on once it can", async () => {
    ports.failure = { of: "blobs", error: new Error("it is down") };
    let done = 0;
    const taking = take(async () => void (done += 1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(0);
    ports.failure = undefined;
    await taking;
    expect(done).toBe(1);
  });

  test("that was processed, its blob deleted since, is announced again, and not worked on", async () => {
    const [record] = fold([whole]).records;
    if (!record) throw new TypeError("no record");
    await ports.documents.write("unified", whole.subject, [{ op: "create", item: record }]);
    await take(async () => {});
    expect(await take(async () => Promise.reject(new Error("it was worked on")))).toEqual([]);
    expect(published).toMatchObject([{ body: { eventId: whole.id, version: 1 } }]);
  });

  test("whose data is lost is not worked on: what is wrong with it is told", async () => {
    await ports.blobs.delete(ports.blobNames()[0] ?? "");
    const work = async (): Promise<void> => Promise.reject(new Error("it was worked on"));
    expect(await take(work)).toMatchObject([{ path: "claim" }]);
    expect(published).toEqual([]);
  });
});
