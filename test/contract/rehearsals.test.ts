/* oxlint-disable unicorn/no-thenable -- nobody awaits a difference: its `then` is a value */
import type { Database } from "@azure/cosmos";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { defineMysqlIntegration } from "../../connectors/mysql/integration.ts";
import { defineRestIntegration } from "../../connectors/rest/integration.ts";
import type { AppOptions, CloudEvent, RuleDefinition } from "../../engine/define/index.ts";
import { defineRule, merge, setting, skip } from "../../engine/define/index.ts";
import type { Container, Item, Ports } from "../../engine/ports.ts";
import { event, gone, goneRule, minute, person, told, toldRule, visitedRule } from "../unit/sync/shop.ts";
import { eraseEvent, undoEvent } from "../../engine/sync/control.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";
import { documentsOf, freshStore, leaves, manyEvents, processAll } from "./rehearsal-store.ts";

const account = useAccount();
const before = { documents: [person], rules: [toldRule, goneRule, visitedRule] };
/** Another version of the shop's rule: e-mail in lower case, phone from the CRM alone, and no city. */
const changed = defineRule({
  on: told,
  to: person,
  apply: (current, { data, time, source }) =>
    data.name === "nobody"
      ? skip("a nobody")
      : merge(current, {
          identity: { number: data.number, name: data.name },
          contact: {
            email: data.email?.toLowerCase(),
            phone: source === "crm" ? data.phone : undefined,
            tags: data.tags,
          },
          address: data.address && { line: data.address.line, city: "-", floor: null },
          consent:
            typeof data.consent === "boolean" ? { marketing: data.consent, since: time } : data.consent,
        }),
});
const after = { documents: [person], rules: [changed, goneRule, visitedRule] };

describe("a changed rule over 10,000 recorded events", () => {
  let recorded: Database;
  beforeAll(async () => {
    recorded = await freshStore(account, "recorded");
  });

  it("is said to change exactly the fields that a real run of it changes", async () => {
    const lines = manyEvents(10_000, 130);
    await processAll(openDesk(recorded, before).processor, lines);
    const desk = openDesk(recorded, after);
    expect(await desk.ask("POST /api/v1/rehearsals")).toMatchObject({ status: 202 });
    const run = await desk.run();
    expect(run).toMatchObject({
      status: "succeeded",
      progress: { done: 10_000, total: 10_000, unit: "records" },
    });

    const real = await freshStore(account, "real");
    await processAll(openDesk(real, after).processor, lines);
    const [now, then] = [
      await documentsOf(cosmosDocuments(recorded)),
      await documentsOf(cosmosDocuments(real)),
    ];
    const fields = new Map<string, number>();
    const changedKeys = new Map<string, readonly string[]>();
    for (const key of lines.keys()) {
      const [old, fresh] = [leaves(now.get(key)), leaves(then.get(key))];
      const paths = [...new Set([...old.keys(), ...fresh.keys()])].filter((p) => old.get(p) !== fresh.get(p));
      for (const path of paths) fields.set(path, (fields.get(path) ?? 0) + 1);
      if (paths.length > 0) changedKeys.set(key, paths);
    }
    expect(run["result"]).toMatchObject({
      entities: 130,
      events: 10_000,
      rerun: 10_000,
      erased: 0,
      parked: 0,
      documents: changedKeys.size,
      fields: Object.fromEntries(fields),
    });
    expect(Object.keys((run["result"] as { fields: object }).fields)).toHaveLength(fields.size);
    expect(changedKeys.size).toBeGreaterThan(100);
    const { samples } = run["result"] as {
      samples: { key: string; changes: { path: string }[] }[];
    };
    expect(samples).toHaveLength(25);
    for (const { key, changes } of samples) {
      expect(changes.map(({ path }) => path).toSorted()).toEqual(changedKeys.get(key)?.toSorted());
    }
  }, 120_000);
});

describe("a rehearsal", () => {
  let database: Database;
  let stores = 0;
  beforeEach(async () => {
    database = await freshStore(account, `rehearsed-${(stores += 1)}`);
  });

  const of = (number: number, at: number, facts: object, type: string = told.type): CloudEvent => {
    const each = event(type, minute(at), { ...facts, number: String(number) });
    return { ...each, subject: `person|${number}` };
  };
  const record = async (...events: readonly CloudEvent[]): Promise<Desk> => {
    const desk = openDesk(database, before);
    for (const each of events) await desk.processor.process([each]);
    return desk;
  };
  /** The run of a rehearsal of these rules, with its result. */
  const rehearse = async (
    rules: readonly RuleDefinition[],
    asked: object = {},
    beside: Partial<AppOptions> = {},
  ): Promise<{ status: string; result: Record<string, unknown> }> => {
    const desk = openDesk(database, { documents: [person], rules, ...beside });
    expect(await desk.ask("POST /api/v1/rehearsals", { json: asked })).toMatchObject({ status: 202 });
    return (await desk.run()) as { status: string; result: Record<string, unknown> };
  };
  /** The rule of the shop, with this done to its e-mail addresses. */
  const telling = (name: string, email: (text: string) => string | null): RuleDefinition =>
    defineRule({
      name,
      on: told,
      to: person,
      apply: (current, { data }) =>
        merge(current, {
          identity: { number: data.number },
          contact: { email: data.email && email(data.email), phone: data.phone, tags: data.tags },
        }),
    });
  const upper = [telling("upper", (text) => text.toUpperCase()), goneRule, visitedRule];

  it("says which documents, fields and deliveries would differ, and shows no personal value", async () => {
    await record(of(1, 1, { email: "ana@planted" }), of(2, 1, { phone: "300" }), of(3, 1, { email: "EVA" }));
    const crm = defineRestIntegration({
      name: "crm",
      on: person,
      baseUrl: setting("NOT_SET"),
      request: (c) => ({ method: "PUT", path: `/p/${c.id}`, json: { email: c.contact?.email ?? null } }),
    });
    const blind = defineRestIntegration({
      name: "blind",
      on: person,
      baseUrl: setting("NOT_SET"),
      request: (c) => ({ method: "PUT", path: `/p/${c.id}` }),
    });
    const rows = defineMysqlIntegration({
      name: "rows",
      on: person,
      table: "people",
      columns: ({ text }) => ({ email: text(11, (c) => c.contact?.email) }),
    });
    const longer = telling("longer", (text) => (text === "EVA" ? text : `${text}!`));
    const rules = [longer, goneRule, visitedRule];
    const { result } = await rehearse(rules, {}, { integrations: [crm, blind, rows] });
    expect(result).toMatchObject({
      entities: 3,
      events: 3,
      rerun: 3,
      documents: 1,
      fields: { "contact.email": 1 },
      deliveries: { crm: 1, rows: 1 },
      failing: { rows: 1 },
      parked: 0,
      rules: [{ name: "longer", hash: expect.stringContaining("source:") }, {}, {}],
      samples: [
        {
          key: "person|1",
          changes: [{ path: "contact.email", now: "[masked]", then: "[masked]" }],
          deliveries: ["crm", "rows"],
          failing: { rows: expect.stringContaining("the mapping threw TypeError at") },
        },
      ],
    });
    expect(JSON.stringify(result)).not.toContain("planted");
  });

  it("writes nothing but its run, and sends nothing", async () => {
    await record(of(1, 1, { email: "a" }), of(1, 2, { email: "b" }), of(2, 3, { email: "c" }));
    const look = async (): Promise<unknown> =>
      Promise.all(
        (["unified", "deliveries", "control"] as const).map((name) =>
          itemsOf(cosmosDocuments(database), name),
        ),
      );
    const stood = await look();
    const desk = openDesk(database, { documents: [person], rules: upper });
    await desk.ask("POST /api/v1/rehearsals");
    expect(await desk.run()).toMatchObject({ status: "succeeded", result: { documents: 2 } });
    expect(await look()).toEqual(stood);
    expect([desk.sent, desk.published]).toEqual([[], []]);
    expect(await itemsOf(cosmosDocuments(database), "operations")).toHaveLength(1);
  });

  it("is of the entities, the time and the rule that it was asked for", async () => {
    const desk = await record(of(1, 1, { email: "a" }), of(1, 9, {}, gone.type), of(2, 2, { email: "b" }));
    await desk.processor.process([of(3, 1, { email: "c" })]);
    const until = (await desk.records("person|3"))[0]?.at;
    const counts = async (asked: object): Promise<unknown[]> => {
      const { entities, events, rerun } = (await rehearse(upper, asked)).result;
      return [entities, events, rerun];
    };
    expect(await counts({ entities: ["person|2", "person|1", "person|2", "person|9"] })).toEqual([2, 3, 3]);
    expect(await counts({ entity: "person" })).toEqual([3, 4, 4]);
    expect(await counts({ until })).toEqual([2, 3, 3]);
    expect(await counts({ since: until })).toEqual([1, 1, 1]);
    expect(await counts({ rule: goneRule.name })).toEqual([1, 1, 1]);
    // Of another name today: the events that it takes.
    expect(await counts({ rule: "upper" })).toEqual([3, 3, 3]);
  });

  it("says which entities would be parked, and stops there for each", async () => {
    const picky = telling("picky", (text) => {
      if (text === "bad@planted") throw new RangeError(text);
      return text;
    });
    await record(of(1, 1, { email: "a" }), of(1, 2, { email: "bad@planted" }), of(1, 3, { email: "c" }));
    await record(of(2, 1, {}, gone.type));
    const { result } = await rehearse([picky]);
    expect(result).toMatchObject({
      entities: 2,
      events: 4,
      rerun: 1,
      documents: 1,
      parked: 2,
      samples: [
        {
          key: "person|1",
          parked: { reason: expect.stringMatching(/^rule "picky": threw RangeError at rehears/) },
        },
        { key: "person|2", parked: { reason: 'rule "(none)": no rule takes its event any more' } },
      ],
    });
    expect(JSON.stringify(result)).not.toContain("planted");
  });

  it("goes on in the next slice where one was over, and counts each entity once", async () => {
    await record(...[1, 2, 3, 4, 5].flatMap((n) => [of(n, 1, { email: "a" }), of(n, 2, { email: "b" })]));
    let desk: Desk | undefined;
    const slow = telling("slow", (text) => {
      // Each entity takes more than a slice.
      desk?.pass(6 * 60_000);
      return text.toUpperCase();
    });
    desk = openDesk(database, { documents: [person], rules: [slow] });
    await desk.ask("POST /api/v1/rehearsals");
    const seen: unknown[] = [];
    for (let slice = 0; slice < 6; slice++) {
      const { status, progress } = await desk.run();
      seen.push([status, (progress as { done: number; total: number }).done]);
    }
    expect(seen).toEqual([...[2, 4, 6, 8, 10].map((done) => ["running", done]), ["succeeded", 10]]);
    const [run] = (await itemsOf(cosmosDocuments(database), "operations")) as { result: object }[];
    expect(run?.result).toMatchObject({ entities: 5, documents: 5, fields: { "contact.email": 5 } });
  });

  it("reads large records from their blobs, and counts entities whose blob is lost", async () => {
    const large = "9".repeat(300_000);
    const desk = await record(of(1, 1, { phone: large }), of(2, 1, { phone: large, email: "a" }));
    const asked = openDesk(database, { documents: [person], rules: upper });
    await copyBlob(desk.ports, asked.ports, (await desk.records("person|2"))[0]);
    await asked.ask("POST /api/v1/rehearsals");
    expect((await asked.run())["result"]).toMatchObject({
      entities: 1,
      unreadable: 1,
      fields: { "contact.email": 1 },
    });
  });

  it("makes no difference where rules did not change, after an undo and an erasure as well", async () => {
    const asked = { run: "r", reason: "a mistake", actor: "ana" };
    const mistaken = of(1, 2, { email: "wrong", phone: "300", consent: true });
    const desk = await record(
      of(1, 1, { email: "right", address: { line: "1", city: "Cali" } }),
      mistaken,
      undoEvent("person|1", { ...asked, culprit: { event: mistaken.id } }, minute(50)),
      of(1, 3, { tags: ["vip"] }),
      of(1, 2, { email: "late" }),
      of(2, 1, { email: "gone", name: "Ana", consent: true }),
      of(2, 4, { consent: false }),
      eraseEvent("person|2", asked, minute(60)),
      of(2, 5, { email: "too late", consent: true }),
    );
    expect((await desk.records("person|1")).map(({ rule }) => rule.name)).toContain("(undo)");
    expect((await desk.records("person|2")).map(({ rule }) => rule.name)).toContain("(erasure)");
    for (const asked of [{}, { rule: toldRule.name, since: (await desk.records("person|1"))[2]?.at }]) {
      const { result } = await rehearse(before.rules, asked);
      expect(result).toMatchObject({ documents: 0, parked: 0, samples: [] });
    }
    // They were recorded with another hash, so it is told that an undo stands among them.
    expect((await rehearse(before.rules)).result).toMatchObject({ undone: 1 });
  });

  it("of a rule that the app has no more ends as failed", async () => {
    await record(of(1, 1, { email: "a" }));
    const desk = openDesk(database, { documents: [person], rules: upper });
    await desk.ask("POST /api/v1/rehearsals", { json: { rule: "upper" } });
    const [stored] = await itemsOf(cosmosDocuments(database), "operations");
    const { run } = stored as unknown as { run: string };
    await cosmosDocuments(database).write("operations", run, [
      { op: "upsert", item: { ...stored, id: "run", request: { rule: "lower" } } as Item },
    ]);
    expect(await desk.run()).toMatchObject({ status: "failed", error: 'there is no rule "lower"' });
  });
});

async function itemsOf(documents: Ports["documents"], container: Container): Promise<readonly object[]> {
  const page = await documents.query<object>(container, { text: "SELECT * FROM c", limit: 1_000 });
  return page.items;
}

/** Brings the whole of a record from one host's blobs to another's. */
async function copyBlob(from: Ports, to: Ports, record: unknown): Promise<void> {
  const { name } = (record as { blob: { name: string } }).blob;
  await to.blobs.put(name, (await from.blobs.get(name)) ?? new Uint8Array());
}
