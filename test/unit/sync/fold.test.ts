import { describe, expect, it } from "vitest";
import { RuleError } from "../../../engine/errors/rule-error.ts";
import { defineRule, merge } from "../../../engine/define/index.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { event, fold, gone, minute, person, plainRule, told, visited } from "./shop.ts";

describe("folding one event", () => {
  it("creates a document: version 1, sequence 1, every value in the changes", () => {
    const { state, records } = fold([event(told.type, minute(1), { email: "a@x.co" })]);
    expect(state.data).toEqual({ identity: { number: "1" }, contact: { email: "a@x.co" } });
    expect(records[0]).toMatchObject({
      outcome: "created",
      sequence: 1,
      version: 1,
      previous: null,
      changes: [
        { path: "identity.number", subSchema: "identity", new: "1" },
        { path: "contact.email", subSchema: "contact", new: "a@x.co" },
      ],
    });
  });

  it("records an event that changes nothing as unchanged, without a new version", () => {
    const { state, records } = fold([
      event(told.type, minute(1), { email: "a@x.co" }),
      event(told.type, minute(2), { email: "a@x.co" }),
    ]);
    expect(records[1]).toMatchObject({ outcome: "unchanged", sequence: 2, version: 1, changes: [] });
    expect(state.version).toBe(1);
  });

  it("keeps what an event leaves out, and clears what it says is null", () => {
    const { state } = fold([
      event(told.type, minute(1), { email: "a@x.co", phone: "1" }),
      event(told.type, minute(2), { phone: null }),
    ]);
    expect(state.data).toEqual({ identity: { number: "1" }, contact: { email: "a@x.co" } });
  });

  it("drops a sub-schema whose last member is cleared, as if it had never been", () => {
    const { state } = fold([
      event(told.type, minute(1), { email: "a@x.co" }),
      event(told.type, minute(2), { email: null }),
    ]);
    expect(state.data).toEqual({ identity: { number: "1" } });
  });

  it("removes an entity, and goes on with version and chain when it comes back", () => {
    const { state, records } = fold([
      event(told.type, minute(1), { email: "a@x.co" }),
      event(gone.type, minute(2)),
      event(told.type, minute(3), { phone: "2" }),
    ]);
    expect(records.map(({ outcome, version, reason }) => [outcome, version, reason])).toEqual([
      ["created", 1, undefined],
      ["removed", 2, "asked to go"],
      ["created", 3, undefined],
    ]);
    expect(records[2]?.previous).toBe(records[1]?.hash);
    expect(state.data).toEqual({ identity: { number: "1" }, contact: { phone: "2" } });
  });

  it("records a skip with the rule's reason", () => {
    const { records } = fold([event(told.type, minute(1), { name: "nobody" })]);
    expect(records[0]).toMatchObject({ outcome: "skipped", reason: "a nobody", version: 0 });
  });

  it("refuses what a newer observation stands against, and says against what", () => {
    const { state, records } = fold([
      event(told.type, minute(5), { email: "new@x.co" }),
      event(told.type, minute(3), { email: "old@x.co", phone: "3" }),
    ]);
    expect(state.data).toEqual({ identity: { number: "1" }, contact: { email: "new@x.co", phone: "3" } });
    expect(records[1]).toMatchObject({
      outcome: "updated",
      changes: [{ path: "contact.phone", new: "3" }],
      refused: [
        {
          path: "contact.email",
          new: "old@x.co",
          reason: "stale",
          standing: { time: minute(5), source: "crm" },
        },
      ],
    });
  });

  it("skips an event of which nothing is left as stale", () => {
    const { records } = fold([
      event(told.type, minute(5), { email: "new@x.co" }),
      event(told.type, minute(3), { email: "old@x.co" }),
    ]);
    expect(records[1]).toMatchObject({ outcome: "skipped", reason: "stale", version: 1 });
  });

  it("keeps since when a value stands: the first of a run of statements, late ones included", () => {
    const said = (m: number, consent: boolean): Parameters<typeof fold>[0][number] =>
      event(told.type, minute(m), { consent });
    const { state, records } = fold([said(5, true), said(7, true)]);
    expect(state.data).toMatchObject({ consent: { marketing: true, since: minute(5) } });
    expect(records[1]?.outcome).toBe("unchanged");
    expect(fold([said(3, true)], state).state.data).toMatchObject({ consent: { since: minute(3) } });
    expect(fold([said(6, false)], state).state.data).toMatchObject({
      consent: { marketing: true, since: minute(7) },
    });
    expect(fold([said(9, false)], state).state.data).toMatchObject({
      consent: { marketing: false, since: minute(9) },
    });
  });

  it("applies a rule of arrival order whatever the event's time", () => {
    const { state } = fold([
      event(visited.type, minute(9)),
      event(visited.type, minute(1)),
      event(visited.type, minute(5)),
    ]);
    expect(state.data).toMatchObject({ visits: { count: 3 } });
  });

  it("learns from a plain rule what an event said again, though nothing changed", () => {
    const { state } = fold(
      [
        event(told.type, minute(1), { email: "a@x.co" }),
        event(told.type, minute(9), { email: "a@x.co" }),
        event(told.type, minute(5), { email: "b@x.co" }),
      ],
      NOTHING,
      { [told.type]: plainRule },
    );
    expect(state.data).toMatchObject({ contact: { email: "a@x.co" } });
  });
});

describe("a rule that fails for good", () => {
  const rule = (apply: (current: never) => unknown): typeof plainRule => ({ ...plainRule, apply });
  const run = (apply: (current: never) => unknown): void =>
    void fold([event(told.type, minute(1))], NOTHING, { [told.type]: rule(apply) });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
      /threw Error: no idea/,
    ],
    ["answers nothing", () => undefined, /must answer a document/],
    ["answers later", async () => ({}), /must answer a document/],
    ["answers what the schema refuses", () => ({ identity: { number: 5 } }), /identity.number/],
    ["answers half a surrogate pair", () => ({ identity: { number: "\ud800" } }), /surrogate/],
  ])("%s: RuleError", (_what, apply, message) => {
    expect(() => run(apply)).toThrow(RuleError);
    expect(() => run(apply)).toThrow(message);
  });

  it("may not alter the document that it is given", () => {
    const apply = (current: { contact: { email: string } } | undefined): unknown => {
      if (current) current.contact.email = "mutated";
      return { identity: { number: "1" }, contact: { email: "a" } };
    };
    const events = [event(told.type, minute(1)), event(told.type, minute(2))];
    expect(() => fold(events, NOTHING, { [told.type]: rule(apply as never) })).toThrow(/read only/);
  });

  it("may not alter a sub-schema that it does not declare to touch", () => {
    const careless = defineRule({
      on: told,
      to: person,
      touches: ["identity"],
      apply: (current, { data }) =>
        merge(current, { identity: { number: data.number }, contact: { phone: "1" } }),
    });
    expect(() => fold([event(told.type, minute(1))], NOTHING, { [told.type]: careless })).toThrow(
      /altered contact.phone, but declares/,
    );
  });
});
