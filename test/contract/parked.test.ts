import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CloudEvent } from "../../engine/define/index.ts";
import { defineRule, merge } from "../../engine/define/index.ts";
import { ContendedError } from "../../engine/errors/contended-error.ts";
import { retryEvent, skipEvent } from "../../engine/sync/control.ts";
import { retryParked, type RetryState } from "../../engine/sync/retry-parked.ts";
import { event, minute, person, told } from "../unit/sync/shop.ts";
import { useAccount } from "./cosmos-account.ts";
import { type Desk, openDesk } from "./mending-desk.ts";

const account = useAccount();
let mended = false;
let entity = 0;
let key: string;
let desk: Desk;
beforeAll(async () => {
  await account.container({ id: "unified" });
  await account.container({ id: "operations", partitionKey: { paths: ["/run"] } });
  await account.container({ id: "control", partitionKey: { paths: ["/id"] } });
});
beforeEach(() => {
  mended = false;
  entity += 1;
  key = `person|p${entity}`;
  desk = openDesk(account.database, {
    documents: [person],
    rules: [
      defineRule({
        on: told,
        to: person,
        apply(current, { data: { number, email, phone } }) {
          if (phone === "poison" && !mended) throw new Error("no such phone");
          if (phone === "worse") throw new Error("nor this one");
          const text = phone === "huge" ? "9".repeat(3_000_000) : phone;
          return merge(current, { identity: { number }, contact: { email, phone: text } });
        },
      }),
    ],
  });
});

const said = (at: number, facts: object, type: string = told.type): CloudEvent => ({
  ...event(type, minute(at), facts),
  subject: key,
});
const poison = (at = 1): CloudEvent => said(at, { phone: "poison" });
const give = async (...events: readonly CloudEvent[]): Promise<void> => {
  for (const each of events) await desk.processor.process([each]);
};
const document = async (): Promise<Record<string, unknown>> =>
  (await desk.ask(`GET /api/v1/entities/${key.replace("|", "/")}`)).json;
const parked = async (): Promise<Record<string, unknown> | undefined> => {
  const { json } = await desk.ask("GET /api/v1/parked");
  return (json["items"] as Record<string, unknown>[]).find((item) => item["key"] === key);
};
const ids = (events: readonly { event: { id: string } }[]): string[] => events.map(({ event }) => event.id);

describe("a retry", () => {
  it("drains the line in order, announces each change, and unparks the entity", async () => {
    const line = [poison(), said(2, { email: "a" }), said(3, { email: "b" })];
    await give(...line);
    mended = true;
    await give(retryEvent(key, "1", minute(9)));
    expect(ids(await desk.records(key))).toEqual(line.map(({ id }) => id));
    expect(await desk.line(key)).toEqual([]);
    expect(await document()).toMatchObject({ version: 3, data: { contact: { email: "b" } } });
    expect(await document()).not.toHaveProperty("parked");
    expect(desk.published.map(({ version }) => version)).toEqual([1, 2, 3]);
    await give(said(4, { email: "c" }));
    expect(await document()).toMatchObject({ version: 4 });
  });

  it("leaves an event that fails again first, with its new reason, and those before it are done", async () => {
    const line = [poison(), said(2, { email: "a" }), said(3, { phone: "worse" }), said(4, { email: "b" })];
    await give(...line);
    const before = await parked();
    mended = true;
    await give(retryEvent(key, "1", minute(9)));
    expect(ids(await desk.records(key))).toEqual([line[0]?.id, line[1]?.id]);
    const now = await parked();
    expect(now).toMatchObject({ eventId: line[2]?.id, waiting: 2 });
    expect(now?.["reason"]).toContain("nor this one");
    expect(String(now?.["at"]) > String(before?.["at"])).toBe(true);
    // What comes next goes to the end of what is left.
    const later = said(5, { email: "c" });
    await give(later);
    expect(ids(await desk.line(key))).toEqual([line[2]?.id, line[3]?.id, later.id]);
  });

  it("does nothing to an entity that is not parked", async () => {
    await give(retryEvent(key, "1", minute(9)));
    await give(said(1, { email: "a" }), retryEvent(key, "2", minute(9)));
    expect(await document()).toMatchObject({ version: 1, sequence: 1 });
    expect(desk.published).toHaveLength(1);
  });

  it("drains a line that fills several batches", async () => {
    const line = [poison(), ...Array.from({ length: 240 }, (_, n) => said(2 + n, { email: `${n}` }))];
    await give(...line);
    mended = true;
    await give(retryEvent(key, "1", minute(900)));
    expect(ids(await desk.records(key))).toEqual(line.map(({ id }) => id));
    expect(await document()).toMatchObject({ version: 241, data: { contact: { email: "239" } } });
    expect(await desk.line(key)).toEqual([]);
  });

  it("goes on with another message where a line takes more than two minutes", async () => {
    const line = [poison(), ...Array.from({ length: 120 }, (_, n) => said(2 + n, { email: `${n}` }))];
    await give(...line);
    mended = true;
    desk.still = true;
    const publish = desk.published.push.bind(desk.published);
    desk.published.push = (...each) => {
      desk.pass(2 * 60_000);
      return publish(...each);
    };
    const retry = retryEvent(key, "1", minute(900));
    await give(retry);
    expect(await desk.line(key)).toHaveLength(22);
    expect(desk.sent).toMatchObject([{ body: retry, sessionId: key }]);
    // Duplicate detection has seen the first one.
    expect(desk.sent[0]?.messageId).not.toBe(retry.id);
    await give(retry);
    expect(ids(await desk.records(key))).toEqual(line.map(({ id }) => id));
  });

  it("drains a line whose records come to more than a batch takes", async () => {
    const large = "x".repeat(100_000);
    const line = [poison(), ...Array.from({ length: 25 }, (_, n) => said(2 + n, { email: `${n}${large}` }))];
    await give(...line);
    mended = true;
    await give(retryEvent(key, "1", minute(900)));
    expect(ids(await desk.records(key))).toEqual(line.map(({ id }) => id));
  });

  it("keeps an event first that is too large for the store, and says so", async () => {
    await give(poison());
    mended = true;
    await desk.processor.park(said(2, { phone: "huge" }), "given up");
    await give(retryEvent(key, "1", minute(9)));
    expect((await parked())?.["reason"]).toContain("larger than the store takes");
    expect(await document()).toMatchObject({ version: 1 });
  });
});

describe("a skip", () => {
  const skip = (eventId: string): CloudEvent =>
    skipEvent(key, { eventId, reason: "a test order", actor: "ana", at: minute(9) });

  it("records the first event as skipped, by whom and why, and drains the others", async () => {
    const [first, second] = [poison(), said(2, { email: "a" })];
    await give(first, second);
    await give(skip(first.id));
    expect(await desk.records(key)).toMatchObject([
      {
        outcome: "skipped",
        reason: "skipped by ana: a test order",
        rule: { name: "(operator)" },
        version: 0,
        event: { id: first.id },
      },
      { outcome: "created", event: { id: second.id }, sequence: 2 },
    ]);
    expect(await document()).toMatchObject({ version: 1, sequence: 2 });
    // Sent again, it has no effect: neither as a new message, nor on its event, whatever came in between.
    await give(skip(first.id), first);
    expect(await desk.records(key)).toHaveLength(2);
  });

  it("of an event that is not the first does nothing, not even to the others", async () => {
    const [first, second] = [poison(), said(2, { email: "a" })];
    await give(first, second);
    const before = await parked();
    await give(skip(second.id), skip("crm:none"));
    expect(await desk.records(key)).toEqual([]);
    expect(await parked()).toEqual(before);
    expect(ids(await desk.line(key))).toEqual([first.id, second.id]);
  });

  it("takes an event that no rule takes; all that it says counts as personal", async () => {
    const unheard = said(1, { name: "Ana" }, "person.unheard");
    await give(unheard, said(2, { email: "a" }));
    await give(skip(unheard.id));
    const [record] = await desk.records(key);
    expect(record).toMatchObject({ outcome: "skipped", event: { data: { name: "Ana" } } });
    expect(Object.keys(record?.personal.commitments ?? {})).toEqual(["/event/data"]);
    expect(await document()).toMatchObject({ version: 1 });
  });

  it("takes an event that JSON cannot say", async () => {
    const half = said(1, { email: "\uD800" });
    await desk.processor.park(half, "given up");
    await give(skip(half.id));
    expect(await desk.records(key)).toMatchObject([{ outcome: "skipped", event: { id: half.id } }]);
  });

  it("that a host died of goes on draining when it comes again, though its event is long gone", async () => {
    const first = poison();
    const line = Array.from({ length: 150 }, (_, n) => said(2 + n, { email: `${n}` }));
    await give(first, ...line);
    const publish = desk.published.push.bind(desk.published);
    let steps = 0;
    // The one error after which a host does not try again by itself.
    desk.published.push = (...each) => {
      if ((steps += 1) === 2) throw new ContendedError("a crash", 0);
      return publish(...each);
    };
    await expect(give(skip(first.id))).rejects.toThrow("a crash");
    // The first batch has left the line; the second one is written, and waits still.
    expect(await desk.line(key)).toHaveLength(52);
    await give(skip(first.id));
    expect(ids(await desk.records(key))).toEqual([first.id, ...line.map(({ id }) => id)]);
    expect(await desk.line(key)).toEqual([]);
  });
});

describe("an event that the broker gave up", () => {
  it("parks its entity, once; later events join the line behind it", async () => {
    const [lost, later] = [said(1, { email: "a" }), said(2, { email: "b" })];
    await desk.processor.park(lost, "dead-lettered");
    await desk.processor.park(lost, "dead-lettered");
    await give(later);
    expect(await parked()).toMatchObject({ eventId: lost.id, reason: "dead-lettered", waiting: 2 });
    await give(retryEvent(key, "1", minute(9)));
    expect(ids(await desk.records(key))).toEqual([lost.id, later.id]);
  });

  it("after it was applied is announced again, and not applied again", async () => {
    const [applied, later] = [said(1, { email: "a" }), said(2, { email: "b" })];
    await give(applied);
    await desk.processor.park(applied, "dead-lettered");
    await give(later);
    desk.published.length = 0;
    await give(retryEvent(key, "1", minute(9)));
    expect(desk.published.map(({ version, data }) => [version, data !== undefined])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(ids(await desk.records(key))).toEqual([applied.id, later.id]);
  });
});

describe("the API", () => {
  it("lists parked entities and each line, the latest failure first, by entity and time", async () => {
    const [first, second] = [poison(), said(2, { email: "a" })];
    await give(first, second);
    const { json } = await desk.ask("GET /api/v1/parked?entity=person");
    const [newest] = json["items"] as Record<string, unknown>[];
    const id = key.slice("person|".length);
    expect(newest).toMatchObject({ key, entity: "person", id, eventId: first.id, waiting: 2 });
    const at = String(newest?.["at"]);
    const found = async (query: string): Promise<number> =>
      ((await desk.ask(`GET /api/v1/parked?${query}`)).json["items"] as unknown[]).length;
    expect(await found("entity=order")).toBe(0);
    expect(await found(`since=${at}&until=${at}`)).toBe(0);
    const line = await desk.ask(`GET /api/v1/parked/person/${id}?limit=1`);
    expect(line.json).toMatchObject({ items: [{ place: 1, event: { id: first.id } }] });
    const rest = await desk.ask(
      `GET /api/v1/parked/person/${id}?limit=1&cursor=${String(line.json["next"])}`,
    );
    expect(rest.json).toMatchObject({ items: [{ place: 2, event: { id: second.id } }] });
    expect((await desk.ask("GET /api/v1/parked/person/nobody")).status).toBe(404);
  });

  it("retries those of a filter as a run, which counts what was drained and what failed again", async () => {
    await give(poison(), said(2, { email: "a" }));
    const drained = key;
    key = `${key}-worse`;
    await give(said(1, { phone: "worse" }));
    mended = true;
    const foreseen = await desk.ask("POST /api/v1/parked", {
      json: { action: "retry", entity: "person", dryRun: true },
    });
    expect(foreseen.status).toBe(200);
    expect(foreseen.json["sample"]).toEqual(expect.arrayContaining([key, drained]));
    expect(desk.sent).toEqual([]);
    const started = await desk.ask("POST /api/v1/parked", { json: { action: "retry", entity: "person" } });
    expect(started).toMatchObject({ status: 202, headers: { location: expect.any(String) as string } });
    const run = await desk.run();
    const { failed } = run["result"] as { failed: number };
    expect(run).toMatchObject({ kind: "retry", name: "parked", status: "succeeded", actor: "operator" });
    expect(run["result"]).toMatchObject({ waiting: 0 });
    expect(failed).toBeGreaterThanOrEqual(1);
    expect(run["progress"]).toEqual({
      done: foreseen.json["count"],
      total: foreseen.json["count"],
      unit: "entities",
    });
    expect(await desk.line(drained)).toEqual([]);
    expect(await desk.line(key)).toHaveLength(1);
    const log = await desk.ask("GET /api/v1/operator-log?target=parked&limit=1");
    expect(log.json["items"]).toMatchObject([
      { actor: "operator", action: "retry", details: { entity: "person" } },
    ]);
  });

  it("waits for what it asked over several messages, and after ten minutes counts it as waiting", async () => {
    await give(poison());
    const other = key;
    key = `${key}-other`;
    await give(poison());
    desk.still = true;
    mended = true;
    let state: RetryState | undefined;
    const slice = (): ReturnType<typeof retryParked> => {
      let looks = 0;
      return retryParked(desk.ports, {
        request: { keys: [key, other] },
        state,
        actor: "ana",
        id: "run",
        startedAt: minute(9),
        save: async (change) => void (state = change.state ?? state),
        spent: () => (looks += 1) > 1,
      });
    };
    expect(await slice()).toBe("again");
    expect(desk.sent.map(({ sessionId }) => sessionId)).toEqual([key, other]);
    desk.still = false;
    await desk.ports.queue("events").send(desk.sent.slice(0, 1));
    expect(await slice()).toBe("again");
    expect(state).toMatchObject({ drained: 1, open: [{ key: other }] });
    desk.pass(10 * 60_000);
    expect(await slice()).toEqual({ drained: 1, failed: 0, waiting: 1 });
  });

  it("retries those that are named, and leaves all others", async () => {
    await give(poison());
    const other = key;
    key = `${key}-other`;
    await give(poison());
    mended = true;
    const json = { action: "retry", keys: [key, "person|nobody"] };
    expect((await desk.ask("POST /api/v1/parked", { json: { ...json, dryRun: true } })).json).toEqual({
      count: 1,
      sample: [key],
    });
    await desk.ask("POST /api/v1/parked", { json });
    expect(await desk.run()).toMatchObject({ result: { drained: 1, failed: 0, waiting: 0 } });
    expect(await desk.line(other)).toHaveLength(1);
  });

  it("skips the first event of a line, and says why it does not skip another", async () => {
    const [first, second] = [poison(), said(2, { email: "a" })];
    await give(first, second);
    const skip = (eventId: string, of = key): ReturnType<Desk["ask"]> =>
      desk.ask("POST /api/v1/parked", { json: { action: "skip", key: of, eventId, reason: "a test" } });
    expect(await skip(second.id)).toMatchObject({ status: 409, json: { eventId: first.id } });
    expect(await skip(first.id, "person|nobody")).toMatchObject({ status: 404 });
    expect(await skip(first.id)).toMatchObject({ status: 202, json: { key, eventId: first.id } });
    expect(await desk.records(key)).toMatchObject([{ reason: "skipped by operator: a test" }, {}]);
    const log = await desk.ask(`GET /api/v1/operator-log?target=${encodeURIComponent(key)}`);
    expect(log.json["items"]).toMatchObject([
      { action: "skip", details: { eventId: first.id, reason: "a test" } },
    ]);
  });

  it.each([
    ["which", { action: "retry" }],
    ["which of two", { action: "retry", keys: ["person|1"], entity: "person" }],
    ["why", { action: "skip", key: "person|1", eventId: "crm:1" }],
    ["what", { action: "forget" }],
  ])("refuses what does not say %s", async (_what, json) => {
    expect(await desk.ask("POST /api/v1/parked", { json })).toMatchObject({ status: 400 });
    expect(desk.sent).toEqual([]);
  });
});
