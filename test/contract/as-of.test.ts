import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { watermarkId } from "../../engine/deliveries/watermark.ts";
import type { CloudEvent } from "../../engine/define/index.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { eraseEvent } from "../../engine/sync/control.ts";
import { fold, minute } from "../unit/sync/shop.ts";
import type { Answer } from "../unit/functions/api.ts";
import { decided, stripped } from "./chains.ts";
import { ExplainDesk } from "./explain-desk.ts";
import { openDesk } from "./mending-desk.ts";
import { tampererOf } from "./tampering.ts";

const shop = new ExplainDesk();

const asOf = (at: string, token?: string): Promise<Answer> =>
  shop.desk.ask(
    `GET /api/v1/entities/person/${shop.id}?at=${encodeURIComponent(at)}`,
    token === undefined ? {} : { token },
  );
const now = (token?: string): Promise<Answer> =>
  shop.desk.ask(`GET /api/v1/entities/person/${shop.id}`, token === undefined ? {} : { token });
/** When each record was recorded. */
const times = async (): Promise<string[]> => (await shop.desk.records(shop.key)).map(({ at }) => at);
const shifted = (time: string | undefined, ms: number): string =>
  new Date(Date.parse(time ?? "") + ms).toISOString();
/** What a document says of itself, apart from what only one of the two answers has. */
const said = ({ json }: Answer): unknown => {
  const { data, version, deleted } = json;
  return { data, version, ...(data === undefined ? { deleted } : {}) };
};

/** Anything that may be told of a person, in any order. */
const anything = fc.oneof(
  fc.record({
    what: fc.constant("said" as const),
    minute: fc.integer({ min: 1, max: 9 }),
    source: fc.constantFrom("crm", "store"),
    facts: fc.record(
      {
        email: fc.constantFrom("a", "b", null),
        phone: fc.constantFrom("1", "2", null),
        consent: fc.boolean(),
        name: fc.constantFrom("Ana", "nobody", null),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({
    what: fc.constantFrom("goes" as const, "visits" as const),
    minute: fc.integer({ min: 1, max: 9 }),
  }),
);

const eventOf = (told: typeof anything extends fc.Arbitrary<infer T> ? T : never): CloudEvent =>
  told.what === "said" ? shop.said(told.minute, told.facts, told.source) : shop[told.what](told.minute);

describe("a document as of a time", () => {
  it("is at each moment what it then was, whatever was told in whatever order", async () => {
    let run = 0;
    const id = shop.id;
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 8 }), async (all) => {
        shop.id = `${id}-${(run += 1)}`;
        const states: unknown[] = [];
        for (const each of all) {
          await shop.give(eventOf(each));
          states.push(said(await now()));
        }
        const at = await times();
        expect(at).toHaveLength(all.length);
        for (const [index, time] of at.entries()) {
          const then = await asOf(time);
          expect(said(then)).toEqual(states[index]);
          expect(then.json).toMatchObject({ asOf: time });
        }
      }),
      { numRuns: 12 },
    );
  });

  it("says of which record it is, and ends before the first one that was recorded later", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.said(2, { email: "b" }), shop.said(3, { email: "c" }));
    const [, second, third] = await times();
    for (const time of [second ?? "", shifted(third, -1)]) {
      expect((await asOf(time)).json).toMatchObject({
        key: shop.key,
        id: shop.id,
        asOf: time,
        version: 2,
        sequence: 2,
        at: second,
        data: { contact: { email: "b" } },
        erased: [],
      });
    }
    expect((await asOf(shifted(third, 1))).json).toMatchObject({ sequence: 3, at: third });
  });

  it("of a time to come is the present one, and echoes the time", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    expect(await asOf("2999-01-01")).toMatchObject({
      status: 200,
      json: { asOf: "2999-01-01T00:00:00.000Z", sequence: 1, data: { contact: { email: "a" } } },
    });
  });

  it("is the longest part of the chain, where a host's clock is behind that of the one before", async () => {
    const ahead = openDesk(shop.account.database, shop.definitions());
    await shop.give(shop.said(1, { email: "a" }));
    await ahead.processor.process([shop.said(2, { email: "b" })]);
    await shop.give(shop.said(3, { email: "c" }));
    const [first, second, third] = await times();
    expect(String(third) < String(second)).toBe(true);
    expect((await asOf(third ?? "")).json).toMatchObject({ sequence: 1, at: first });
    expect((await asOf(second ?? "")).json).toMatchObject({ sequence: 3, at: third });
  });

  it("is 404 before the first record, and says since when there is one", async () => {
    expect(await asOf(minute(1))).toMatchObject({ status: 404 });
    await shop.give(shop.said(1, { email: "a" }));
    const [first] = await times();
    expect(await asOf(shifted(first, -1))).toMatchObject({
      status: 404,
      json: { since: first, detail: expect.stringContaining(`Its first record is of ${first}.`) },
    });
    expect(await asOf("yesterday")).toMatchObject({ status: 400, json: { issues: [{ path: "at" }] } });
  });

  it("is 404 while the entity was removed, as today", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.goes(2), shop.said(3, { email: "b" }));
    const [, second] = await times();
    expect(await asOf(second ?? "")).toMatchObject({
      status: 404,
      json: { deleted: true, version: 2, sequence: 2, detail: expect.stringContaining("had been removed") },
    });
  });

  it("of more records than one page has is folded from all of them", async () => {
    const busy = Array.from({ length: 450 }, (_, index) => shop.said(10 + index, { phone: String(index) }));
    const { state, records } = fold([shop.said(1, { email: "a" }), ...busy]);
    const ordered = records.map((record, index) => ({ ...record, at: shifted(minute(0), index) }));
    await shop.seed(state, ordered);
    expect((await asOf(shifted(minute(0), 420))).json).toMatchObject({
      sequence: 421,
      data: { contact: { email: "a", phone: "419" } },
    });
  });

  it("is what the records say, whatever the document says, and tells where they are broken", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.said(2, { email: "b" }), shop.said(3, { email: "c" }));
    const hand = tampererOf(shop.account.database.container("unified"));
    const document = await hand.document(shop.key);
    await hand.put({ ...document, data: { ...(document.data as object), contact: { email: "evil" } } });
    const [, second, third] = await hand.records(shop.key);
    const then = second?.at ?? "";
    const later = "2099-01-01T00:00:00.000Z";
    expect((await asOf(later)).json).toMatchObject({
      data: { contact: { email: "c" } },
      chain: { verified: true },
    });
    if (!second || !third) throw new Error("records are missing");
    await hand.put({ ...second, version: 7 });
    expect((await asOf(then)).json).toMatchObject({ chain: { verified: false, brokenAt: 2 } });
    await hand.put(second);
    await hand.remove(third);
    expect((await asOf(later)).json).toMatchObject({
      data: { contact: { email: "b" } },
      version: 2,
      chain: { verified: false, brokenAt: 3 },
    });
    await hand.remove(second);
    await hand.put(third);
    expect((await asOf(later)).json).toMatchObject({ chain: { verified: false, brokenAt: 2 } });
  });

  it("masks personal values for an auditor, as the present one does; an operator sees them", async () => {
    await shop.give(shop.said(1, { email: "a@example.com" }), shop.said(2, { email: "b@example.com" }));
    const [first] = await times();
    for (const answered of [await asOf(first ?? "", shop.auditor), await now(shop.auditor)]) {
      expect(answered.json).toMatchObject({ data: { contact: "[masked]", identity: { number: shop.id } } });
    }
    expect((await asOf(first ?? "")).json).toMatchObject({ data: { contact: { email: "a@example.com" } } });
    expect((await now()).json).toMatchObject({ data: { contact: { email: "b@example.com" } } });
    expect((await now(shop.auditor)).headers).toEqual((await now()).headers);
  });

  it("lists what an erasure took since", async () => {
    const chain = fold([
      shop.said(1, { email: "a", phone: "1" }),
      shop.said(2, { phone: "2" }),
      shop.said(3, { email: null }),
    ]);
    const erase = eraseEvent(shop.key, { run: "r", actor: "ana", reason: "asked" }, minute(601));
    const change = { path: "contact.phone", subSchema: "contact", old: "2" };
    const { state, records } = decided(chain, erase, [change], "erased by ana: asked");
    const ordered = records.map((record, index) => ({ ...stripped(record), at: minute(index) }));
    await shop.seed(state, ordered);
    const taken = async (time: string): Promise<unknown> => (await asOf(time)).json["erased"];
    expect(await taken(minute(0))).toEqual(["contact.email", "contact.phone"]);
    expect(await taken(minute(2))).toEqual(["contact.phone"]);
    expect((await asOf(minute(1))).json).toMatchObject({ data: { identity: { number: shop.id } } });
    expect((await asOf(minute(1))).json["data"]).not.toHaveProperty("contact");
  });
});

describe("what destinations had by then", () => {
  const had = async (time: string): Promise<unknown> =>
    ((await asOf(time)).json["deliveries"] as { integration: string }[]).find(
      ({ integration }) => integration === "list",
    );

  it("is the last version whose delivery had ended", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    await shop.deliver(["list"]);
    await shop.give(shop.said(2, { email: "b" }));
    const [, second] = await times();
    await shop.deliver(["list"], [2]);
    const attempts = await shop.desk.ask(`GET /api/v1/deliveries?key=${encodeURIComponent(shop.key)}`);
    const [last] = attempts.json["items"] as { at: string; durationMs: number }[];
    expect(await had(second ?? "")).toMatchObject({ version: 1, status: "delivered" });
    // While the second attempt is under way, and when it is over.
    expect(last?.durationMs).toBeGreaterThan(0);
    expect(await had(last?.at ?? "")).toMatchObject({ version: 1 });
    expect(await had(shifted(last?.at, last?.durationMs ?? 0))).toMatchObject({ version: 2, at: last?.at });
  });

  it("is told by the watermark where the record of the attempt has expired, else not known", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    const [first = ""] = await times();
    expect(await had(first)).toEqual({
      integration: "list",
      version: null,
      reason: expect.stringContaining("400 days"),
    });
    const [announced] = shop.desk.published;
    await shop.deliverOne("list", announced as Announcement);
    const { documents } = shop.desk.ports;
    const attempt = `delivery|list|${announced?.eventId}|1`;
    await documents.write("deliveries", shop.key, [{ op: "delete", id: attempt }]);
    const mark = await documents.read<{ id: string; at: string }>(
      "deliveries",
      shop.key,
      watermarkId("list"),
    );
    expect(await had(shifted(mark?.item.at, 1))).toEqual({
      integration: "list",
      version: 1,
      at: mark?.item.at,
      reason: expect.stringContaining("expired"),
    });
    expect(await had(shifted(mark?.item.at, -1))).toMatchObject({ version: null });
  });
});
