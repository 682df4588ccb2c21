import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { defineDocument, defineEvent, definePull } from "../../../engine/define/index.ts";
import { MissingSettingError } from "../../../engine/errors/missing-setting-error.ts";
import { takePage } from "../../../engine/pulls/page.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import type { QuarantineItem } from "../../../engine/sync/quarantine.ts";
import { type MemoryPorts, memoryPorts } from "../sync/memory-ports.ts";
import { person, told } from "../sync/shop.ts";

const record = z.looseObject({ number: z.string(), at: z.string(), name: z.string().optional() });
const pull = definePull({
  source: "store",
  schedule: "0 * * * * *",
  pages: { settings: [], read: async () => ({ records: [], next: null }) },
  record,
  events: ({ number, name, at, ...rest }) => {
    if ("nested" in rest) (rest["nested"] as { deep: { er: string } }).deep.er.trim();
    return [told.of({ number, name }, { time: at })];
  },
});
const settings = createSettings({}, []);
const at = "2026-01-01T00:00:00.000Z";
const good = (number: string): object => ({ number, at });
/** More than a message holds, and more than is taken in. */
const large = (number: string): object => ({ number, at, name: "x".repeat(300_000) });
const tooLarge = (number: string): object => ({ number, at, name: "x".repeat(1_048_450) });

let ports: MemoryPorts;
beforeEach(() => {
  ports = memoryPorts();
});
const quarantined = (): readonly QuarantineItem[] => ports.items("control") as readonly QuarantineItem[];
const sessions = (): string[] => ports.sent("events").map(({ sessionId }) => sessionId);

describe("a page with a record that no event can be made of", () => {
  test.each([
    ["an empty part of its id", { number: "", at }, "an id part of person must be a non-empty string"],
    ["a time that is none", { number: "2", at: "yesterday" }, "no event can be made of it: "],
    ["what the user's code fails on", { number: "2", at, nested: {} }, "no event can be made of it: "],
    ["a time ahead of our clock", { number: "2", at: "2027-01-01T00:00:00Z" }, "five minutes ahead"],
    ["more than is taken in", tooLarge("2"), "and at most 1048576 are taken in; send less, or in several"],
  ])("(%s) keeps that in quarantine, and sends the others", async (_what, poison, message) => {
    const taken = await takePage(pull, [good("1"), poison, good("3")], "pull/store/run-1/1", ports, settings);
    expect(taken).toEqual({ records: 3, events: 2, quarantined: 1 });
    expect(sessions()).toEqual(["person|1", "person|3"]);
    expect(quarantined()).toMatchObject([
      { via: "pull", name: "store", issues: [{ path: "", message: expect.stringContaining(message) }] },
    ]);
    expect(JSON.parse(quarantined()[0]?.payload.body ?? "")).toEqual(poison);
  });

  test("sends what a message cannot hold by way of blobs, in the order of the page", async () => {
    const taken = await takePage(
      pull,
      [good("1"), large("2"), large("3"), good("4")],
      "pull/store/run-1/1",
      ports,
      settings,
    );
    expect(taken).toEqual({ records: 4, events: 4, quarantined: 0 });
    expect(sessions()).toEqual(["person|1", "person|2", "person|3", "person|4"]);
    expect(ports.blobNames()).toHaveLength(2);
  });

  test("has each event say which page of which run brought it", async () => {
    await takePage(pull, [good("1"), good("2")], "pull/store/run-1/7", ports, settings);
    expect(ports.sent("events").map(({ body }) => (body as { cause?: string }).cause)).toEqual([
      "pull/store/run-1/7",
      "pull/store/run-1/7",
    ]);
  });

  test("names the field that is wrong", async () => {
    await takePage(pull, [{ number: 5, at }], "pull/store/run-1/1", ports, settings);
    expect(quarantined()).toMatchObject([{ issues: [{ path: "number" }] }]);
  });

  test("finds each event that is too large among many", async () => {
    const records = Array.from({ length: 40 }, (_, n) =>
      n % 9 === 0 ? tooLarge(String(n)) : good(String(n)),
    );
    const taken = await takePage(pull, records, "pull/store/run-1/1", ports, settings);
    expect(taken).toEqual({ records: 40, events: 35, quarantined: 5 });
    expect(new Set(sessions()).size).toBe(35);
    expect(quarantined()).toHaveLength(5);
  });

  test("keeps the beginning of a record of several MB", async () => {
    await takePage(
      pull,
      [{ number: "1", at, name: "x".repeat(3_000_000) }, good("2")],
      "pull/store/run-1/1",
      ports,
      settings,
    );
    expect(quarantined()).toMatchObject([{ payload: { truncated: true } }]);
    expect(sessions()).toEqual(["person|2"]);
  });
});

describe("what is no fault of a record is thrown", () => {
  test.each(["queue", "documents", "blobs"] as const)("a failure of the %s", async (of) => {
    ports.failure = { of, error: new Error("it is down") };
    await expect(
      takePage(pull, [large("1"), { number: "", at }], "pull/store/run-1/1", ports, settings),
    ).rejects.toThrow("it is down");
  });

  test("a setting that is missing", async () => {
    const hidden = defineDocument("person", { id: ["number"], schema: person.schema, pseudonymous: true });
    const event = defineEvent(told.type, { about: hidden, data: told.schema });
    const secretive = definePull({
      source: "store",
      schedule: "0 * * * * *",
      pages: pull.pages,
      record,
      events: ({ number, at: time }) => [event.of({ number }, { time })],
    });
    await expect(takePage(secretive, [good("1")], "pull/store/run-1/1", ports, settings)).rejects.toThrow(
      MissingSettingError,
    );
    expect(quarantined()).toEqual([]);
  });
});
