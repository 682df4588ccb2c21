import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { type CloudEvent, defineApp, defineRule, merge } from "../../../engine/define/index.ts";
import { erasedRecord } from "../../../engine/privacy/erase-record.ts";
import { eraseEvent, undoEvent } from "../../../engine/sync/control.ts";
import type { Change } from "../../../engine/sync/resolve.ts";
import { event, gone, minute, person, told, visited } from "../sync/shop.ts";
import { paths, recorded, rehearsed, shop, shopWith } from "./rehearsal.ts";

const said = (at: number, facts: object, source = "crm"): CloudEvent =>
  event(told.type, minute(at), facts, source);
const left = (at: number): CloudEvent => event(gone.type, minute(at));

/** The shop with a rule that keeps the phone to itself, and all e-mail in lower case. */
const quiet = shopWith(
  defineRule({
    on: told,
    to: person,
    apply: (current, { data }) =>
      merge(current, { identity: { number: data.number }, contact: { email: data.email?.toLowerCase() } }),
  }),
);
/** The shop with a rule that fails at an e-mail address without an @. */
const strict = shopWith(
  defineRule({
    on: told,
    to: person,
    apply: (current, { data }) => {
      if (data.email && !data.email.includes("@")) throw new TypeError(`bad: ${data.email}`);
      return merge(current, { identity: { number: data.number }, contact: { email: data.email } });
    },
  }),
);

/** What an operator's event did, as the record after others. */
function byOperator(
  records: readonly AuditRecord[],
  kind: "undo" | "erase",
  changes: readonly Change[],
): AuditRecord[] {
  const last = records.at(-1);
  if (!last) throw new Error("there are no records");
  const at = minute(100 + records.length);
  const reason = "a test of theirs";
  return [
    ...records,
    {
      ...last,
      id: `audit|${kind}`,
      sequence: last.sequence + 1,
      version: last.version + 1,
      outcome: "updated",
      rule: { name: `(${kind})`, hash: "" },
      event:
        kind === "undo"
          ? undoEvent(last.key, { run: "r", reason, actor: "ana", culprit: { event: last.event.id } }, at)
          : eraseEvent(last.key, { run: "r", reason, actor: "ana" }, at),
      changes,
      at,
      personal: { commitments: {} },
    },
  ];
}

describe("events in scope", () => {
  it("go through today's rule, and everything else stays as it is", async () => {
    const records = await recorded([
      said(1, { email: "A@x.co", phone: "1", name: "Ana" }),
      said(2, { tags: ["vip"] }),
    ]);
    const entity = await rehearsed(records, quiet);
    expect(entity.rehearsed.data).toEqual({ identity: { number: "1" }, contact: { email: "a@x.co" } });
    expect(paths(entity)).toEqual(["identity.name", "contact.email", "contact.phone", "contact.tags"]);
    expect(entity).toMatchObject({ events: 2, rerun: 2, erased: 0 });
  });

  it("are all that another version decided and that is run again; the rest is as it was recorded", async () => {
    const records = await recorded([
      said(1, { email: "A@x.co" }),
      said(2, { email: "B@x.co" }),
      said(3, { phone: "3" }),
    ]);
    const entity = await rehearsed(records, quiet, { holds: ({ sequence }) => sequence === 2 });
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "b@x.co", phone: "3" } });
    expect(entity).toMatchObject({ events: 1, rerun: 1 });
  });

  it("may let a value stand that was refused for them", async () => {
    const records = await recorded([said(5, { phone: "new" }), said(3, { phone: "old" })]);
    const entity = await rehearsed(records, quiet, { holds: ({ sequence }) => sequence === 1 });
    expect(entity.rehearsed.data).toMatchObject({ contact: { phone: "old" } });
  });

  it("may stand against a value that stood without them", async () => {
    const always = shopWith(
      defineRule({
        on: told,
        to: person,
        apply: (current, { data }) =>
          merge(current, { identity: { number: data.number }, contact: { phone: "0" } }),
      }),
    );
    const records = await recorded([said(5, { email: "a" }), said(3, { phone: "3" }), said(6, { tags: [] })]);
    const entity = await rehearsed(records, always, { holds: ({ sequence }) => sequence === 1 });
    expect(entity.rehearsed.data).toMatchObject({ contact: { phone: "0", tags: [] } });
  });

  it("that an operator skipped are skipped", async () => {
    const entity = await rehearsed(
      await recorded([said(1, { email: "a" }), { skip: said(2, { email: "b" }) }]),
      quiet,
    );
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "a" } });
    expect(entity).toMatchObject({ events: 2, rerun: 1, erased: 0 });
  });
});

describe("a rule that fails", () => {
  const events = [said(1, { email: "a@x" }), said(2, { email: "bad" }), said(3, { email: "c@x" }), left(4)];

  it("would park the entity there, and the events behind it would wait", async () => {
    const records = await recorded(events);
    const entity = await rehearsed(records, strict);
    expect(entity.parked).toMatchObject({ eventId: events[1]?.id, rule: { on: told } });
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "a@x" } });
    expect(entity).toMatchObject({ events: 4, rerun: 1, recorded: { sequence: 4, data: undefined } });
  });

  it("would do so out of scope as well, where the very same rule meets what it did not meet then", async () => {
    const counting = shopWith(
      defineRule({
        name: "visits",
        on: visited,
        to: person,
        order: "arrival",
        apply: (current) => {
          if (!current?.contact?.email) throw new Error("nobody");
          return merge(current, { visits: { count: 1 } });
        },
      }),
    );
    const records = await recorded(
      [said(1, { email: "a" }), event(visited.type, minute(2))],
      counting,
      "same",
    );
    const silent = defineApp({
      documents: [person],
      rules: [
        ...[...counting.rules.values()].filter(({ name }) => name === "visits"),
        defineRule({ on: told, to: person, apply: (_, { data }) => ({ identity: { number: data.number } }) }),
      ],
    });
    const entity = await rehearsed(records, silent, {
      hash: ({ name }) => (name === "visits" ? "same" : "another"),
      holds: ({ sequence }) => sequence === 1,
    });
    expect(entity.parked).toMatchObject({ eventId: records[1]?.event.id });
  });

  it("is one that takes the event no more, too", async () => {
    const none = defineApp({ documents: [person], rules: [] });
    const entity = await rehearsed(await recorded([said(1, { email: "a" })]), none);
    expect(entity).toMatchObject({ rerun: 0, parked: { rule: undefined }, rehearsed: { data: undefined } });
  });
});

const mistaken = await recorded([said(1, { email: "right@x" }), said(3, { email: "wrong@x" })]);
const undone = byOperator(mistaken, "undo", [
  { path: "contact.email", subSchema: "contact", old: "wrong@x", new: "right@x" },
]);

describe("what operators did", () => {
  it("is done to what today's rules made as well", async () => {
    const entity = await rehearsed(undone);
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "right@x" } });
    expect(entity).toMatchObject({ events: 3, rerun: 2, erased: 0, undone: 1 });
  });

  it("takes the culprit's word out of what tells since when a value stands, and puts it back", async () => {
    const consents = [said(1, { consent: true }), said(2, { consent: false })];
    const once = await recorded([...consents, { undo: 1 }, said(3, { consent: true })]);
    const twice = await recorded([...consents, { undo: 1 }, { undo: 2 }, said(3, { consent: true })]);
    const [one, two] = [await rehearsed(once), await rehearsed(twice)];
    expect(one.rehearsed.data).toMatchObject({ consent: { marketing: true, since: minute(1) } });
    expect(two.rehearsed.data).toMatchObject({ consent: { marketing: true, since: minute(3) } });
    expect([paths(one), paths(two)]).toEqual([[], []]);
    expect([one.undone, two.undone]).toEqual([1, 2]);
  });

  it("is as it was recorded where what another version decided is out of scope", async () => {
    const events = [said(1, { consent: true }), event(visited.type, minute(2)), said(2, { consent: false })];
    const records = await recorded([...events, { undo: 2 }, { undo: 3 }, said(4, { consent: null })]);
    const entity = await rehearsed(records, shop, {
      hash: ({ on }) => (on === visited ? "hash" : "today"),
      holds: ({ sequence }) => sequence === 2,
    });
    expect(paths(entity)).toEqual([]);
    expect(entity).toMatchObject({ rerun: 1, undone: 0 });
  });

  it("leaves the time of a value that today's rules made otherwise", async () => {
    const consents = await recorded([said(1, { consent: true }), said(2, { consent: false }), { undo: 1 }]);
    const never = shopWith(
      defineRule({
        on: told,
        to: person,
        apply: (current, { data, time }) =>
          merge(current, {
            identity: { number: data.number },
            consent: data.consent === false ? { marketing: true, since: time } : undefined,
          }),
      }),
    );
    const entity = await rehearsed(consents, never);
    expect(entity.rehearsed.data).toMatchObject({ consent: { marketing: true, since: minute(2) } });
  });

  it("leaves no document that its schema refuses, where today's rules made half of it otherwise", async () => {
    const address = { line: "1", city: "Cali" };
    const moves = await recorded([said(1, { address }), { undo: 0 }]);
    const moved = shopWith(
      defineRule({
        on: told,
        to: person,
        apply: (current, { data }) =>
          merge(current, {
            identity: { number: data.number },
            address: data.address && { line: data.address.line, city: "another" },
          }),
      }),
    );
    const entity = await rehearsed(moves, moved);
    expect(entity.rehearsed.data).toMatchObject({ address: { line: "1", city: "another" } });
  });

  it("lets a restored value stand on what it once stood on", async () => {
    const late = await recorded([said(1, { email: "right@x" }), said(2, { email: "late@x" })]);
    const [, record] = late;
    if (!record) throw new Error("there is no record");
    const entity = await rehearsed([...undone, { ...record, sequence: 4 }]);
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "late@x" } });
  });

  it("leaves alone what today's rules made otherwise", async () => {
    const other = shopWith(
      defineRule({
        on: told,
        to: person,
        apply: (current, { data }) =>
          merge(current, {
            identity: { number: data.number },
            contact: { email: `new-${data.email ?? ""}` },
          }),
      }),
    );
    const entity = await rehearsed(undone, other);
    expect(entity.rehearsed.data).toMatchObject({ contact: { email: "new-wrong@x" } });
  });

  it("when it was an erasure, takes every personal value, and what older events say of them later", async () => {
    const records = await recorded([said(1, { email: "a", name: "Ana", phone: "1" })]);
    const taken = byOperator(records, "erase", [{ path: "contact.email", subSchema: "contact", old: "a" }]);
    const entity = await rehearsed(taken);
    expect(entity.rehearsed.data).toEqual({ identity: { number: "1" } });
    expect(entity.rehearsed.observed).toHaveProperty(["identity.name", "source"], "caudal");
  });
});

const whole = await recorded([
  said(1, { email: "Ana@x.co", consent: true }),
  { ...said(2, {}), type: gone.type, data: { number: "1" } },
  said(3, { consent: false }),
  said(4, { email: "Ana@x.co", consent: true }),
]);
const gaps = byOperator(whole.map(erasedRecord), "erase", [{ path: "contact.email", subSchema: "contact" }]);

describe("after an erasure", () => {
  it("events whose values are gone are applied as they were recorded, and counted", async () => {
    const entity = await rehearsed(gaps, quiet);
    expect(paths(entity)).toEqual([]);
    expect(entity).toMatchObject({ events: 5, erased: 4, rerun: 0 });
    expect(JSON.stringify(gaps)).not.toContain("Ana@x.co");
  });

  it("later events are run again", async () => {
    const [fresh] = await recorded([said(200, { email: "New@x.co" })]);
    if (!fresh) throw new Error("there is no record");
    const changes = fresh.changes.filter(({ path }) => path === "contact.email");
    const entity = await rehearsed([...gaps, { ...fresh, sequence: 6, changes }], quiet);
    expect(entity).toMatchObject({ events: 6, erased: 4, rerun: 1 });
    expect(paths(entity)).toEqual(["contact.email"]);
  });
});

describe("records of another version that are not run again", () => {
  it("tell what a value stands on by what lost to it, though no record says that it was confirmed", async () => {
    const records = await recorded([
      said(1, { email: "a" }),
      said(5, { email: "a" }),
      said(2, { tags: ["vip"] }),
      said(3, { email: "b" }),
    ]);
    const entity = await rehearsed(records, shop, { holds: ({ sequence }) => sequence > 2 });
    expect(paths(entity)).toEqual([]);
  });

  it("keep the time since when a value stands, also where it moved by itself", async () => {
    const records = await recorded([
      said(1, { email: "a" }),
      said(5, { consent: true }),
      said(3, { consent: true }),
      said(7, { tags: ["vip"] }),
    ]);
    const inScope = (sequence: number): boolean => sequence === 1 || sequence === 4;
    const entity = await rehearsed(records, shop, { holds: ({ sequence }) => inScope(sequence) });
    expect(paths(entity)).toEqual([]);
    expect(entity.rehearsed.data).toMatchObject({ consent: { marketing: true, since: minute(3) } });
  });

  it("are refused where they and what today's rules made fit no document together", async () => {
    const city = shopWith(
      defineRule({
        on: told,
        to: person,
        apply: (current, { data }) =>
          merge(current, {
            identity: { number: data.number },
            address: data.name === "out" ? null : undefined,
          }),
      }),
    );
    const records = await recorded([
      said(1, { address: { line: "1", city: "Cali" } }),
      said(2, { address: { line: "2", city: "Cali" } }),
    ]);
    const entity = await rehearsed(records, city, { holds: ({ sequence }) => sequence === 1 });
    expect(entity.recorded.data).toMatchObject({ address: { line: "2", city: "Cali" } });
    expect(entity.rehearsed.data).toEqual({ identity: { number: "1" } });
  });
});
