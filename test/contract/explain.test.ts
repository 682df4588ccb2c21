import { describe, expect, it } from "vitest";
import { explain } from "../../engine/audit/explain/explain.ts";
import { type CloudEvent, defineApp } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Container, DocumentQuery } from "../../engine/ports.ts";
import { announcementFor, type Announcement } from "../../engine/sync/announce.ts";
import { eraseEvent, undoEvent } from "../../engine/sync/control.ts";
import { fold, minute, person } from "../unit/sync/shop.ts";
import { decided, stripped } from "./chains.ts";
import { ExplainDesk } from "./explain-desk.ts";
import { tampererOf } from "./tampering.ts";

const shop = new ExplainDesk();

type Json = Readonly<Record<string, never>>;

describe("a value", () => {
  it("is explained by the event that set it, the rule, what stood before, and what lost against it", async () => {
    const first = shop.said(1, { email: "a@old.example.com" }, "store");
    const second = shop.said(5, { email: "a@example.com" });
    const late = shop.said(3, { email: "a@late.example.com" }, "store");
    await shop.give(first, second, late);
    const { status, json } = await shop.explain("contact.email");
    expect(status).toBe(200);
    expect(json).toMatchObject({
      path: "contact.email",
      subSchema: "contact",
      version: 2,
      sequence: 3,
      value: "a@example.com",
      standing: { time: minute(5), source: "crm" },
      setBy: {
        sequence: 2,
        version: 2,
        outcome: "updated",
        old: "a@old.example.com",
        value: "a@example.com",
        rule: { name: "person-from-person.told", hash: "hash" },
        event: second,
        origin: { kind: "webhook", receivers: [], delivery: second.id.slice("crm:".length) },
        why: `person-from-person.told set it, because of what crm saw at ${minute(5)}`,
      },
      earlier: [{ value: "a@old.example.com", sequence: 1, version: 1, eventId: first.id, source: "store" }],
      lost: [
        {
          path: "contact.email",
          value: "a@late.example.com",
          reason: "stale",
          standing: { time: minute(5), source: "crm" },
          sequence: 3,
          eventId: late.id,
          time: minute(3),
          why: `crm saw what stood at ${minute(5)}, which is later than ${minute(3)}`,
        },
      ],
      more: { earlier: false, lost: false },
    });
    expect(json).not.toHaveProperty("erased");
  });

  it("that the record which set it does not have is doubted", async () => {
    await shop.give(shop.said(1, { email: "a", name: "Ana" }));
    expect((await shop.explain("contact.email")).json).not.toHaveProperty("doubt");
    const hand = tampererOf(shop.account.database.container("unified"));
    const document = await hand.document(shop.key);
    await hand.put({ ...document, data: { ...(document.data as object), contact: { email: "evil" } } });
    expect((await shop.explain("contact.email")).json).toMatchObject({
      value: "evil",
      setBy: { value: "a" },
      doubt: "the document says otherwise than the record that set the value: verify this entity",
    });
  });

  it("that was said again stands on the newer sighting, and on the record that set it", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.said(7, { email: "a" }, "store"));
    expect((await shop.explain("contact.email")).json).toMatchObject({
      standing: { time: minute(7), source: "store" },
      setBy: { sequence: 1, event: { time: minute(1) } },
      earlier: [],
    });
  });

  it("that a source of lower rank brought lost to the order of sources, however new it was", async () => {
    await shop.give(
      shop.memberSaid(1, "store@example.com", "store"),
      shop.memberSaid(9, "crm@example.com", "crm"),
    );
    expect((await shop.explain("contact.email", { entity: "member" })).json).toMatchObject({
      value: "store@example.com",
      lost: [
        {
          value: "crm@example.com",
          reason: "priority",
          standing: { source: "store" },
          why: "store stood there, and for contact the order of sources is store, crm, then all others",
        },
      ],
    });
  });

  it("that went with its entity is explained by the removal, and the one that is back by what brought it", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.goes(2));
    const removed = (await shop.explain("contact.email")).json;
    expect(removed).not.toHaveProperty("value");
    expect(removed).toMatchObject({
      deleted: true,
      standing: { time: minute(2) },
      setBy: {
        outcome: "removed",
        reason: "asked to go",
        old: "a",
        why: expect.stringContaining("asked to go"),
      },
      earlier: [{ value: "a" }],
    });
    await shop.give(shop.said(3, { email: "b" }));
    expect((await shop.explain("contact.email")).json).toMatchObject({
      value: "b",
      setBy: { outcome: "created" },
      earlier: [
        { eventId: expect.any(String), sequence: 2 },
        { value: "a", sequence: 1 },
      ],
    });
  });

  it("that the engine keeps says which path it follows", async () => {
    await shop.give(shop.said(1, { consent: true }));
    expect((await shop.explain("consent.since")).json).toMatchObject({
      value: minute(1),
      follows: "consent.marketing",
    });
    expect((await shop.explain("consent.marketing")).json).not.toHaveProperty("follows");
  });

  it("whose name has a dot or a tilde is asked for as paths are written", async () => {
    const notes = { "a.b~c": "dotted", a: "plain" };
    await shop.give(shop.memberSaid(1, "a", "crm", notes));
    const named = { entity: "member" };
    expect((await shop.explain("notes.a~1b~0c", named)).json).toMatchObject({
      path: "notes.a~1b~0c",
      value: "dotted",
      setBy: { value: "dotted" },
    });
    expect((await shop.explain("notes", named)).json["leaves"]).toMatchObject([
      { path: "notes.a", value: "plain" },
      { path: "notes.a~1b~0c" },
    ]);
    expect(await shop.explain("notes.a.b~0c", named)).toMatchObject({ status: 404 });
  });
});

describe("where the event came from", () => {
  it("is the page of a pull's run, with its link; quarantine; anything else by its cause", async () => {
    await shop.give(shop.said(1, { email: "a" }, "store", "pull/store/run-1/3"));
    expect((await shop.explain("contact.email")).json).toMatchObject({
      setBy: {
        event: { cause: "pull/store/run-1/3" },
        origin: { kind: "pull", pull: "store", run: "run-1", page: 3, link: "/api/v1/runs/run-1" },
      },
    });
    await shop.give(shop.said(2, { email: "b" }, "crm", "quarantine/9f86"));
    expect((await shop.explain("contact.email")).json).toMatchObject({
      setBy: { origin: { kind: "quarantine", id: "9f86" } },
    });
    await shop.give(shop.said(3, { email: "c" }, "crm", "moon"));
    expect((await shop.explain("contact.email")).json).toMatchObject({
      setBy: { origin: { kind: "other", cause: "moon" } },
    });
  });
});

describe("a sub-schema", () => {
  it("has one explanation for each leaf that stands or ever stood", async () => {
    await shop.give(
      shop.said(1, { email: "a", phone: "1", name: "Ana" }),
      shop.said(2, { phone: null, tags: ["x"] }),
    );
    const { json } = await shop.explain("contact");
    expect(json).toMatchObject({ path: "contact", more: false });
    expect(json["leaves"]).toMatchObject([
      { path: "contact.email", value: "a", setBy: { sequence: 1 } },
      { path: "contact.phone", setBy: { sequence: 2, old: "1" }, earlier: [{ value: "1" }] },
      { path: "contact.tags", value: ["x"] },
    ]);
    expect((json["leaves"] as Json[])[1]).not.toHaveProperty("value");
  });
});

describe("what no explanation is for", () => {
  it("is refused with the names of the sub-schemas where the path begins with none", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    for (const path of ["", "contct.email", "__proto__"]) {
      const { status, json } = await shop.explain(path);
      expect(status).toBe(400);
      expect(json["issues"]).toMatchObject([
        { path: "path", message: expect.stringContaining("identity, contact, address, visits, consent") },
      ]);
    }
    expect(await shop.explain("contact", { query: "&limit=101" })).toMatchObject({ status: 400 });
  });

  it("is 404 where no event ever spoke of the path, or of the entity", async () => {
    expect(await shop.explain("contact")).toMatchObject({
      status: 404,
      json: { detail: `No event has spoken of person ${shop.id}.` },
    });
    await shop.give(shop.said(1, { tags: ["x"] }));
    expect(await shop.explain("contact.fax")).toMatchObject({
      status: 404,
      json: { detail: `No event ever spoke of contact.fax of person ${shop.id}.` },
    });
    expect(await shop.explain("contact.tags.0")).toMatchObject({
      status: 404,
      json: { detail: expect.stringContaining("contact.tags is one value") },
    });
  });
});

describe("deliveries of a value", () => {
  const to = async (path: string, token?: string): Promise<Record<string, Json>> => {
    const { json } = await shop.explain(path, token === undefined ? {} : { token });
    const found = json["deliveries"] as { integration: string }[];
    return Object.fromEntries(found.map((each) => [each.integration, each as never]));
  };

  it("tell of every integration whether it wanted it, and of every attempt", async () => {
    await shop.give(
      shop.said(1, { email: "a" }),
      shop.said(2, { address: { line: "Main St 1", city: "Cali" } }),
    );
    expect(await to("contact.email")).toMatchObject({
      list: { wants: true, reached: "under way", attempts: [], has: 0, destination: { state: "open" } },
    });
    await shop.deliver(["log"]);
    await shop.deliver(["list"], [1]);
    expect(await to("contact.email")).toMatchObject({
      list: { reached: "delivered", has: 1, attempts: [{ status: "delivered", version: 1, attempt: 1 }] },
      log: { wants: true, reached: "delivered", has: 2, attempts: [{ status: "delivered", version: 1 }] },
    });
    expect(await to("address.city")).toMatchObject({
      list: {
        wants: false,
        why: expect.stringContaining("it wants changes of contact alone"),
        reached: "not wanted",
      },
      log: { wants: true, reached: "delivered", attempts: [{ version: 2 }] },
    });
  });

  it("say that a removal goes to all, whatever they want otherwise", async () => {
    await shop.give(shop.said(1, { address: { line: "Main St 1", city: "Cali" } }), shop.goes(2));
    expect(await to("address.city")).toMatchObject({
      list: { wants: true, why: "a removal goes to all", reached: "under way" },
    });
  });

  it("say that a source's own system is not told, unless something of it lost", async () => {
    await shop.give(shop.said(1, { email: "a" }, "listing"));
    expect(await to("contact.email")).toMatchObject({ list: { wants: false, reached: "not wanted" } });
    await shop.give(shop.said(9, { phone: "1" }), shop.said(5, { phone: "2", email: "b" }, "listing"));
    expect(await to("contact.email")).toMatchObject({ list: { wants: true, reached: "under way" } });
  });

  it("tell what waits while a destination is held, and with which later version it came", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    await shop.deliver();
    await shop.desk.ask("POST /api/v1/integrations/list/hold", { json: { reason: "it is moved" } });
    await shop.give(shop.said(2, { email: "b" }), shop.said(3, { phone: "1" }));
    await shop.deliver(["list"], [2, 3]);
    expect(await to("contact.email")).toMatchObject({
      list: {
        reached: "waiting",
        has: 1,
        attempts: [],
        pending: { first: 2, last: 3, reason: "held", detail: expect.any(String) },
        destination: { state: "held", reason: "it is moved (operator)" },
      },
    });
    await shop.desk.ask("POST /api/v1/integrations/list/release");
    const last = shop.desk.published.at(-1) as Announcement;
    await shop.deliverOne("list", announcementFor("list", last).body as Announcement);
    const after = await to("contact.email");
    expect(after).toMatchObject({
      list: { reached: "delivered", has: 3, attempts: [], broughtBy: { status: "delivered", version: 3 } },
    });
    expect(after["list"]).not.toHaveProperty("pending");
    // The first one that brought it, whatever was delivered after that.
    await shop.give(shop.said(4, { phone: "2" }));
    await shop.deliver(["list"], [4]);
    expect(await to("contact.email")).toMatchObject({ list: { has: 4, broughtBy: { version: 3 } } });
  });

  it("tell what was refused for good, and mask for auditors what an error may quote", async () => {
    await shop.give(shop.said(1, { email: "a@example.com" }));
    shop.mood = () => {
      throw new PermanentError("no such address: a@example.com");
    };
    await shop.deliver(["list"]);
    const error = "no such address: a@example.com";
    expect(await to("contact.email")).toMatchObject({
      list: {
        reached: "refused",
        attempts: [{ status: "failed", error }],
        deadLetter: { version: 1, error },
      },
    });
    expect(await to("contact.email", shop.auditor)).toMatchObject({
      list: { reached: "refused", attempts: [{ error: "[masked]" }], deadLetter: { error: "[masked]" } },
    });
  });
});

describe("an auditor", () => {
  it("sees who, when and why, and no personal value, also below a sub-schema", async () => {
    await shop.give(
      shop.said(1, { email: "one@example.com" }),
      shop.said(5, { email: "two@example.com", phone: "555" }),
      shop.said(3, { email: "three@example.com" }),
    );
    const { json } = await shop.explain("contact.email", { token: shop.auditor });
    expect(json).toMatchObject({
      value: "[masked]",
      setBy: {
        old: "[masked]",
        event: { data: { email: "[masked]", number: shop.id } },
        why: expect.any(String),
      },
      earlier: [{ value: "[masked]", sequence: 1 }],
      lost: [{ value: "[masked]", reason: "stale" }],
    });
    expect(json).not.toHaveProperty("erased");
    const below = (await shop.explain("contact", { token: shop.auditor })).json;
    expect(below["leaves"]).toMatchObject([
      { value: "[masked]" },
      { path: "contact.phone", value: "[masked]" },
    ]);
    for (const answer of [json, below]) expect(JSON.stringify(answer)).not.toContain("example.com");
    expect(JSON.stringify((await shop.explain("contact")).json)).toContain("two@example.com");
  });
});

/** Folds events of this case's person, and writes what comes of them at once. */
async function seedChain(events: readonly CloudEvent[]): Promise<void> {
  const { state, records } = fold(events);
  await shop.seed(state, records);
}

describe("an entity with many records", () => {
  it("is explained from those that speak of the path, however far back the one that set it", async () => {
    const busy = Array.from({ length: 2_900 }, (_, index) => shop.said(10 + index, { phone: String(index) }));
    const losing = Array.from({ length: 150 }, (_, index) => shop.said(1, { email: `late ${index}` }));
    const early = [shop.said(2, { tags: ["x"] }), shop.said(3, { tags: null })];
    await seedChain([
      ...early,
      shop.said(5, { email: "first" }),
      shop.said(6, { email: "a" }),
      ...busy,
      ...losing,
    ]);
    const email = (await shop.explain("contact.email")).json;
    expect(email).toMatchObject({
      value: "a",
      setBy: { sequence: 4 },
      earlier: [{ value: "first" }],
      more: { earlier: false, lost: true },
    });
    expect(email["lost"]).toHaveLength(20);
    expect((email["lost"] as Json[])[0]).toMatchObject({ sequence: 3_054, value: "late 149" });
    const phone = (await shop.explain("contact.phone", { query: "&limit=100" })).json;
    expect(phone).toMatchObject({ value: "2899", setBy: { sequence: 2_904 }, lost: [] });
    expect(phone).toMatchObject({ more: { earlier: true, lost: false } });
    expect(phone["earlier"]).toHaveLength(100);
    // More records speak of it than are looked through at first.
    const contact = (await shop.explain("contact")).json;
    expect(contact["leaves"]).toMatchObject([
      { path: "contact.email", setBy: { sequence: 4 }, earlier: [{ value: "first" }], more: { lost: true } },
      { path: "contact.phone", setBy: { sequence: 2_904 }, more: { earlier: true } },
      { path: "contact.tags", setBy: { sequence: 2 }, earlier: [{ value: ["x"] }], lost: [] },
    ]);
  });

  it("is explained as it was when it was asked for, whatever is recorded meanwhile", async () => {
    await shop.give(shop.said(1, { email: "a" }));
    const { documents } = shop.desk.ports;
    const during = {
      ...documents,
      query: async <T>(container: Container, query: DocumentQuery) => {
        if (container === "unified") await shop.give(shop.said(9, { email: "b" }));
        return documents.query<T>(container, query);
      },
    };
    const app = defineApp(shop.definitions());
    const ports = { ...shop.desk.ports, documents: during };
    const question = { entity: "person", id: shop.id, path: ["contact"], limit: 20, personal: true };
    const explained = await explain({ app, ports, missing: () => [] }, person, question);
    expect(explained?.leaves).toMatchObject([
      { value: "a", setBy: { sequence: 1, value: "a" }, earlier: [] },
    ]);
  });
});

describe("a large record", () => {
  const large = "x".repeat(300_000);

  it("is read from its blob; without it, what it set is unreadable and the rest is told", async () => {
    await seedChain([shop.said(1, { email: large }), shop.said(2, { email: "small" })]);
    expect((await shop.explain("contact.email")).json).toMatchObject({ earlier: [{ value: large }] });
    const [name = ""] = (shop.desk.ports as unknown as { blobNames(): string[] }).blobNames();
    await shop.desk.ports.blobs.delete(name);
    const { json } = await shop.explain("contact.email");
    expect(json).toMatchObject({ value: "small", earlier: [{ unreadable: true, sequence: 1 }] });
    expect((json["earlier"] as Json[])[0]).not.toHaveProperty("value");
  });

  it("brings its event whole where its leaf alone is asked for, else without data", async () => {
    await seedChain([shop.said(1, { email: large, phone: "1" })]);
    expect((await shop.explain("contact.email")).json).toMatchObject({
      setBy: { event: { data: { email: large } } },
    });
    const { leaves } = (await shop.explain("contact")).json as unknown as { leaves: Json[] };
    expect(leaves).toMatchObject([{ value: large, setBy: { value: large } }, { value: "1" }]);
    expect(leaves[0]?.["setBy"]?.["event"]).not.toHaveProperty("data");
  });
});

describe("an entity whose rules are gone", () => {
  it("is explained as before, and read as of a time", async () => {
    await shop.give(shop.said(1, { email: "a" }), shop.said(2, { email: "b" }));
    const now = await shop.explain("contact.email");
    expect((await shop.explain("contact.email", { ask: shop.ruleless })).json).toEqual(now.json);
    const [first] = await shop.desk.records(shop.key);
    const then = await shop.ruleless(`GET /api/v1/entities/person/${shop.id}?at=${first?.at}`);
    expect(then.json).toMatchObject({ data: { contact: { email: "a" } } });
  });
});

describe("what an operator did to a value", () => {
  const asked = { run: "run-7", actor: "ana", reason: "they asked for it" };

  it("is told where an undo brought an earlier value back", async () => {
    const [right, wrong] = [shop.said(1, { email: "a" }), shop.said(2, { email: "b" })];
    const chain = fold([right, wrong]);
    const undo = undoEvent(shop.key, { ...asked, culprit: { rule: "a rule" } }, minute(601));
    const change = { path: "contact.email", subSchema: "contact", old: "b", new: "a" };
    const { state, records } = decided(chain, undo, [change], "taken back by ana: they asked for it");
    await shop.seed({ ...state, observed: fold([right]).state.observed }, records);
    expect((await shop.explain("contact.email")).json).toMatchObject({
      value: "a",
      setBy: {
        old: "b",
        event: { type: "caudal.undo", source: "caudal" },
        origin: { kind: "undo", link: "/api/v1/runs/run-7", ...asked },
        why: `ana took back what had stood here, so that what crm saw at ${minute(1)} stands again: they asked for it`,
      },
      earlier: [{ value: "b" }, { value: "a" }],
    });
  });

  it("is told of a large record among several leaves, too", async () => {
    const chain = fold([shop.said(1, { email: "a", phone: "1" })]);
    const undo = undoEvent(shop.key, { ...asked, culprit: { rule: "a rule" } }, minute(601));
    const change = { path: "contact.email", subSchema: "contact", old: "a", new: "x".repeat(300_000) };
    const { state, records } = decided(chain, undo, [change], "taken back by ana: they asked for it");
    await shop.seed(state, records);
    expect((await shop.explain("contact")).json["leaves"]).toMatchObject([
      { path: "contact.email", setBy: { origin: { kind: "undo", actor: "ana" } } },
      { path: "contact.phone", setBy: { sequence: 1 } },
    ]);
  });

  it("is told where an erasure took it: there was one, and nobody can say which", async () => {
    const chain = fold([shop.said(1, { email: "a@example.com" }), shop.said(2, { email: "b@example.com" })]);
    const erase = eraseEvent(shop.key, asked, minute(601));
    const change = { path: "contact.email", subSchema: "contact", old: "b@example.com" };
    const { state, records } = decided(chain, erase, [change], "erased by ana: they asked for it");
    await shop.seed(state, records.map(stripped));
    for (const token of [undefined, shop.auditor]) {
      const { json } = await shop.explain("contact.email", token === undefined ? {} : { token });
      expect(json).toMatchObject({
        erased: true,
        setBy: {
          origin: { kind: "erasure", ...asked },
          why: expect.stringContaining("ana had the personal"),
        },
        earlier: [
          { erased: true, sequence: 2 },
          { erased: true, sequence: 1 },
        ],
      });
      expect(json).not.toHaveProperty("value");
      expect(JSON.stringify(json)).not.toContain("example.com");
    }
  });
});
