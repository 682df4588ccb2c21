import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { hashOf } from "../../engine/audit/chain.ts";
import {
  type CloudEvent,
  defineApp,
  defineDocument,
  defineEvent,
  defineIntegration,
  definePull,
  defineRule,
  merge,
  personal,
  type Snapshot,
} from "../../engine/define/index.ts";
import { documentItem } from "../../engine/sync/entity.ts";
import { undoEvent } from "../../engine/sync/control.ts";
import { foldingOf } from "../../engine/sync/fold-next.ts";
import { undoDocuments } from "../../engine/undo/undo-run.ts";
import type { UndoState } from "../../engine/undo/undo-state.ts";
import { ruleHash } from "../../functions/rule-hash.ts";
import { event, fold, goneRule, minute, person, told, toldRule } from "../unit/sync/shop.ts";
import { makeContainers } from "./app-containers.ts";
import { useAccount } from "./cosmos-account.ts";
import { openUndoDesk, type UndoDesk } from "./undo-desk.ts";

const account = useAccount();
beforeAll(async () => {
  await makeContainers(account.database);
});

const row = z.strictObject({ number: z.string(), at: z.string(), wrong: z.string() });
/** What the destination has, by id. */
let there: Map<string, unknown>;
const list = defineIntegration(
  { name: "list", on: person },
  {
    settings: [],
    guardsVersions: false,
    deliver: async ({ id, data }: Snapshot) => {
      if (data === undefined) there.delete(id);
      else there.set(id, data);
      return { status: "delivered" };
    },
  },
);

/** A host whose pull brings four wrong values of each of these people, seen at minute 50, two pages of them. */
function open(people: readonly string[]): UndoDesk {
  there = new Map();
  const rows = people.map((number) => ({ number, at: minute(50), wrong: `wrong ${number}` }));
  const half = Math.ceil(rows.length / 2);
  const store = definePull({
    source: "store",
    schedule: "0 * * * * *",
    pages: {
      settings: [],
      read: async ({ page }) => ({
        records: page === 1 ? rows.slice(0, half) : rows.slice(half),
        next: page === 1 ? 2 : null,
      }),
    },
    record: row,
    events: ({ number, at, wrong }) => [
      told.of({ number, name: wrong, email: wrong, phone: wrong, tags: [wrong] }, { time: at }),
    ],
  });
  const definitions = {
    documents: [person],
    rules: [toldRule, goneRule],
    pulls: [store],
    integrations: [list],
  };
  return openUndoDesk(account.database, definitions);
}

const said = (number: string, at: number, facts: object): CloudEvent => {
  const each = event(told.type, minute(at), { ...facts, number });
  return { ...each, subject: `person|${number}` };
};
const post = (desk: UndoDesk, json: object): ReturnType<UndoDesk["ask"]> =>
  desk.ask("POST /api/v1/undo", { json });

describe("a pull that brought 200 wrong values of 50 people", () => {
  const people = Array.from({ length: 50 }, (_, n) => `p${String(n).padStart(2, "0")}`);
  const before = people
    .slice(0, 40)
    .map((number) => said(number, 10, { name: number, email: number, phone: "1" }));
  const after = [
    ...people.slice(0, 20).map((number) => said(number, 60, { email: `mended ${number}` })),
    // Confirmed by somebody else, and of someone whom the pull alone had brought.
    ...people.slice(35, 45).map((number) => said(number, 70, { phone: `wrong ${number}` })),
    // Seen before the pull, and comes after it.
    ...people.slice(20, 30).map((number) => said(number, 20, { name: `late ${number}` })),
  ];
  const expected = (number: string): unknown =>
    fold([...before, ...after].filter(({ subject }) => subject === `person|${number}`)).state.data;
  let desk: UndoDesk;
  let pull: string;
  let first: string;
  let retried: string;
  let foreseen: Record<string, unknown>;
  let wrong: Map<string, unknown>;
  const documents = async (): Promise<Map<string, unknown>> => {
    const found = new Map<string, unknown>();
    for (const number of people) found.set(number, (await desk.document(`person|${number}`))?.data);
    return found;
  };

  beforeAll(async () => {
    desk = open(people);
    for (const each of before) await desk.take(each);
    pull = String((await desk.ask("POST /api/v1/pulls/store/runs")).json["run"]);
    await desk.run();
    for (const each of after) await desk.take(each);
    wrong = await documents();
  });

  it("says beforehand what an undo comes to, without a personal value, and does nothing", async () => {
    const { status, json } = await post(desk, { run: pull, dryRun: true, reason: "the store's test data" });
    expect(status).toBe(202);
    const run = await desk.run();
    expect(run).toMatchObject({
      id: json["run"],
      kind: "undo",
      status: "succeeded",
      progress: { done: 50, total: 50 },
    });
    foreseen = run["result"] as Record<string, unknown>;
    // Of 50 names, e-mail addresses, phones and lists of tags: those that were not mended or confirmed since.
    expect(foreseen).toMatchObject({
      entities: 50,
      updated: 45,
      removed: 5,
      fields: {
        "identity.name": 50,
        "contact.email": 30,
        "contact.phone": 40,
        "contact.tags": 50,
        "identity.number": 5,
      },
      refused: {},
      erased: {},
    });
    expect(foreseen["samples"]).toHaveLength(25);
    expect(JSON.stringify(run)).not.toContain("wrong");
    expect(JSON.stringify(foreseen["samples"])).toContain("[masked]");
    expect(await documents()).toEqual(wrong);
    expect(await desk.records("person|p00")).toHaveLength(3);
  });

  it("is undone to the value, and nothing else is", async () => {
    desk.published.length = 0;
    first = String((await post(desk, { run: pull, reason: "the store's test data" })).json["run"]);
    const run = await desk.run();
    expect(run).toMatchObject({ status: "succeeded", progress: { done: 50, total: 50 } });
    expect(run["result"]).toMatchObject({ updated: 45, removed: 5, waiting: 0 });
    // What it foresaw, and in the same form.
    const { fields, refused } = run["result"] as typeof foreseen;
    expect({ fields, refused }).toEqual({ fields: foreseen["fields"], refused: {} });
    const now = await documents();
    expect(now).toEqual(new Map(people.map((number) => [number, expected(number)])));
    expect(desk.published).toHaveLength(50);
    expect(there).toEqual(new Map([...now].filter(([, data]) => data !== undefined)));
    const { json } = await desk.ask("GET /api/v1/operator-log?action=undo");
    expect(json["items"]).toMatchObject([{ actor: "operator", target: `cause pull/store/${pull}` }]);
  });

  it("leaves records that verify, each with its run as its cause", async () => {
    const records = await desk.records("person|p00");
    const last = records.at(-1);
    expect(last).toMatchObject({
      rule: { name: "(undo)", hash: "" },
      reason: "taken back by operator: the store's test data",
      event: { source: "caudal", cause: `undo/${first}` },
      previous: records.at(-2)?.hash,
    });
    expect(last && hashOf(last, last.personal.commitments)).toBe(last?.hash);
  });

  it("has no effect when its events come again, nor when its undo does", async () => {
    const again = desk.sent.filter(({ body }) => {
      const { type, cause } = body as CloudEvent;
      return type === "caudal.undo" || cause?.startsWith("pull/") === true;
    });
    expect(again).toHaveLength(100);
    for (const { body } of again) await desk.take(body as CloudEvent);
    expect(await documents()).toEqual(new Map(people.map((number) => [number, expected(number)])));
    expect(await desk.records("person|p00")).toHaveLength(4);
  });

  it("is undone once: a retry of the run finds nothing that still stands", async () => {
    expect((await desk.ask(`POST /api/v1/runs/${first}/retry`)).status).toBe(202);
    const run = await desk.run();
    expect(run["result"]).toEqual({ unchanged: 50, fields: {}, refused: {}, waiting: 0, unknown: 0 });
    retried = String(run["id"]);
  });

  it("stands again once its undo is undone", async () => {
    await post(desk, { run: first, reason: "it was right after all" });
    await desk.run();
    // The retry before it undid the pull, too.
    expect(await documents()).toEqual(new Map(people.map((number) => [number, expected(number)])));
    await post(desk, { run: retried, reason: "it was right after all" });
    await desk.run();
    expect(await documents()).toEqual(wrong);
    const { json } = await desk.ask("GET /api/v1/entities/person/p00/explain?path=identity.name");
    expect(json).toMatchObject({
      value: "wrong p00",
      setBy: {
        why: `operator took back what had stood here, so that what store saw at ${minute(50)} stands again: it was right after all`,
      },
    });
  });
});

describe("an undo", () => {
  it("may be confined to some entities", async () => {
    const desk = open(["q1", "q2"]);
    const run = String((await desk.ask("POST /api/v1/pulls/store/runs")).json["run"]);
    await desk.run();
    await post(desk, { cause: `pull/store/${run}/`, entities: ["person|q2"], reason: "a test" });
    expect((await desk.run())["result"]).toMatchObject({ removed: 1 });
    expect(await desk.document("person|q1")).toBeDefined();
    expect(await desk.document("person|q2")).toBeUndefined();
  });

  it.each([
    { event: "crm:none" },
    { cause: "pull/store/none" },
    { rule: "none", allBuilds: true },
    { rule: toldRule.name, ruleHash: "none" },
    { rule: toldRule.name, allBuilds: true, entities: ["person|nobody"] },
  ])("of what no record tells of is answered 404: %j", async (which) => {
    const desk = open(["r1"]);
    await desk.ask("POST /api/v1/pulls/store/runs");
    await desk.run();
    expect((await post(desk, { ...which, reason: "a test" })).status).toBe(404);
    expect(
      (await desk.ask("GET /api/v1/operator-log?action=undo&since=2026-01-02")).json["items"],
    ).not.toContainEqual(expect.objectContaining({ details: expect.objectContaining(which) as unknown }));
  });

  it("leaves a parked entity parked", async () => {
    const desk = open([]);
    const wrong = said("s1", 5, { email: "wrong" });
    await desk.take(said("s1", 1, { email: "a" }));
    await desk.take(wrong);
    await desk.take({ ...said("s1", 6, {}), type: "person.unheard-of" });
    await post(desk, { event: wrong.id, reason: "a test" });
    await desk.run();
    const { json } = await desk.ask("GET /api/v1/entities/person/s1");
    expect(json).toMatchObject({ data: { contact: { email: "a" } }, parked: { waiting: 1 } });
  });

  it("reads large records whole, and leaves one where it must", async () => {
    const desk = open([]);
    const key = "person|v1";
    const [right, wrong] = ["a", "b"].map((letter) => letter.repeat(150_000));
    const culprit = said("v1", 5, { email: wrong });
    await desk.take(said("v1", 1, { email: right }));
    await desk.take(culprit);
    await post(desk, { event: culprit.id, reason: "a test" });
    const { id } = await desk.run();
    expect((await desk.document(key))?.data).toMatchObject({ contact: { email: right } });
    expect(await desk.records(key)).toMatchObject([{}, { blob: {} }, { blob: {} }]);
    await post(desk, { run: id, reason: "a test" });
    await desk.run();
    expect((await desk.document(key))?.data).toMatchObject({ contact: { email: wrong } });
  });

  it.each(["before", "after"] as const)(
    "is done once and announced, wherever its host dies %s a call",
    async (when) => {
      let call = -1;
      for (let died = true; died;) {
        call += 1;
        const desk = open([]);
        const number = `t-${when}-${call}`;
        const key = `person|${number}`;
        const wrong = said(number, 5, { email: "wrong" });
        await desk.take(said(number, 1, { email: "a" }));
        await desk.take(wrong);
        desk.published.length = 0;
        const undoing = { culprit: { event: wrong.id }, run: "run", reason: "a test", actor: "ana" };
        const undo = undoEvent(key, undoing, minute(90));
        desk.calls = 0;
        desk.fault = { call, when };
        died = await desk.take(undo).then(
          () => false,
          () => true,
        );
        desk.fault = undefined;
        if (died) await desk.takeElsewhere(undo);
        expect(await desk.document(key)).toMatchObject({ version: 3, data: { contact: { email: "a" } } });
        expect(await desk.records(key)).toHaveLength(3);
        expect(desk.published.map(({ version }) => version)).toContain(3);
        expect(there.get(number)).toMatchObject({ contact: { email: "a" } });
      }
      expect(call).toBeGreaterThan(4);
    },
  );
});

describe("the run of an undo", () => {
  const people = Array.from({ length: 7 }, (_, n) => `u${n}`);

  /** Works on an undo of all that the CRM's test said, in slices that end at every second look; gives what was saved. */
  async function inSlices(desk: UndoDesk, request: object): Promise<{ result: unknown; saved: UndoState[] }> {
    const app = defineApp({ documents: [person], rules: [toldRule, goneRule] });
    const saved: UndoState[] = [];
    let state: UndoState | undefined;
    let looks = 0;
    for (;;) {
      const result = await undoDocuments(
        { app, ports: desk.ports, folding: foldingOf(app, ruleHash) },
        {
          request: { culprit: { cause: "test/u" }, dryRun: false, reason: "a test", ...request },
          // As it comes back from the store.
          state: state && (JSON.parse(JSON.stringify(state)) as UndoState),
          actor: "ana",
          id: "sliced",
          startedAt: minute(90),
          save: async (change: { state?: UndoState }) => {
            state = change.state ?? state;
            if (change.state) saved.push(change.state);
          },
          spent: () => (looks += 1) % 2 === 0,
        },
      );
      if (result !== "again") return { result, saved };
    }
  }

  it("goes on where its slice ended, and counts each entity once", async () => {
    const desk = open([]);
    for (const number of people)
      await desk.take({ ...said(number, 1, { email: "secret" }), cause: "test/u/1" });
    const foreseen = await inSlices(desk, { dryRun: true });
    expect(foreseen.result).toMatchObject({ entities: 7, removed: 7, fields: { "contact.email": 7 } });
    const { result, saved } = await inSlices(desk, {});
    expect(result).toMatchObject({
      removed: 7,
      fields: { "contact.email": 7, "identity.number": 7 },
      waiting: 0,
      unknown: 0,
    });
    expect(saved.map(({ total }) => total).at(-1)).toBe(7);
    // What it keeps for itself has no personal value.
    expect(JSON.stringify([saved, foreseen])).not.toContain("secret");
    expect(desk.sent).toHaveLength(7);
  });

  it("tells of entities that did not have their turn within ten minutes", async () => {
    const desk = open([]);
    await desk.take({ ...said("w1", 1, { email: "a" }), cause: "test/w" });
    desk.still = true;
    desk.step = 11 * 60_000;
    const { result } = await inSlices(desk, { culprit: { cause: "test/w" } });
    expect(result).toEqual({ waiting: 1, fields: {}, refused: {}, unknown: 0 });
  });

  it("passes over entities of a document that the app does not have", async () => {
    const desk = open([]);
    const stranger = { ...said("x1", 1, { email: "a" }), cause: "test/x" };
    await desk.take(stranger);
    const stored = await desk.records("person|x1");
    const moved = { ...stored[0], key: "stranger|x1", entity: "stranger" };
    const state = { data: {}, version: 1, sequence: 1, head: null, observed: {} };
    await desk.ports.documents.write("unified", "stranger|x1", [
      { op: "create", item: documentItem("stranger|x1", state, minute(1)) },
      { op: "create", item: moved as never },
    ]);
    const which = { culprit: { cause: "test/x" } };
    expect((await inSlices(desk, { ...which, dryRun: true })).result).toMatchObject({
      entities: 2,
      unknown: 1,
    });
    expect((await inSlices(desk, which)).result).toMatchObject({ removed: 1, unknown: 1 });
    await desk.take(
      undoEvent("stranger|x1", { ...which, run: "r", reason: "a test", actor: "ana" }, minute(90)),
    );
    expect(await desk.records("stranger|x1")).toHaveLength(1);
  });
});

describe("names that data gave", () => {
  const friends = defineDocument("friends", {
    id: ["number"],
    schema: z.strictObject({
      identity: z.strictObject({ number: z.string() }),
      mail: z.strictObject({ to: personal(z.record(z.string(), z.string())).optional() }).optional(),
    }),
  });
  const wrote = defineEvent("friends.wrote", {
    about: friends,
    data: z.strictObject({ number: z.string(), to: personal(z.string()) }),
  });
  const rule = defineRule({
    name: "wrote",
    on: wrote,
    to: friends,
    apply: (current, { data: { number, to } }) =>
      merge(current, { identity: { number }, mail: { to: { [to]: "wrote" } } }),
  });

  it("are in no result of an undo, foreseen or done: no erasure looks there", async () => {
    const desk = openUndoDesk(account.database, { documents: [friends], rules: [rule] });
    await desk.take({
      specversion: "1.0",
      id: "friends:1",
      source: "friends",
      type: wrote.type,
      subject: "friends|f1",
      time: minute(1),
      datacontenttype: "application/json",
      data: { number: "f1", to: "ana@quetzal.example" },
      cause: "test/friends",
    });
    for (const dryRun of [true, false]) {
      await post(desk, { cause: "test/friends", dryRun, reason: "a test" });
      const run = await desk.run();
      expect(run["result"]).toMatchObject({ removed: 1, fields: { "identity.number": 1, "mail.to.*": 1 } });
      expect(JSON.stringify(run)).not.toContain("quetzal");
    }
  });
});
