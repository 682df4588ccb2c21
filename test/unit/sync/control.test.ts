import { describe, expect, test } from "vitest";
import { defineEvent } from "../../../engine/define/index.ts";
import { controlOf, retryEvent, skipEvent } from "../../../engine/sync/control.ts";
import { parseEvent } from "../../../engine/sync/envelope.ts";
import { minute, person, told } from "./shop.ts";

const skipping = { eventId: "crm:1", reason: "a test", actor: "ana", at: minute(1) };

describe("a control event", () => {
  test("crosses the queue like any event, and says what is wanted then", () => {
    const events = [retryEvent("person|1", "run", minute(1)), skipEvent("person|1", skipping)];
    const parsed = events.map((event) => parseEvent(JSON.parse(JSON.stringify(event))).data ?? event);
    expect(parsed).toEqual(events);
    expect(parsed.map(controlOf)).toEqual([
      { kind: "retry", id: events[0]?.id, key: "person|1" },
      { kind: "skip", id: events[1]?.id, key: "person|1", skip: skipping },
    ]);
  });

  test("is the same one for the same cause, and another for another", () => {
    const { id } = retryEvent("person|1", "run", minute(1));
    expect(retryEvent("person|1", "run", minute(2)).id).toBe(id);
    expect(retryEvent("person|2", "run", minute(1)).id).not.toBe(id);
    expect(retryEvent("person|1", "another", minute(1)).id).not.toBe(id);
  });

  test.each([
    ["of a kind that there is not", { type: "caudal.parked.forget" }, "type"],
    [
      "that does not say which event is to be skipped",
      { data: { ...skipping, eventId: "" } },
      "data.eventId",
    ],
    ["that says more than it may", { data: { ...skipping, force: true } }, "data"],
  ])("%s is none", (_what, change, path) => {
    const parsed = parseEvent({ ...skipEvent("person|1", skipping), ...change });
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  test("has a type that no event of an app can have", () => {
    expect(() => defineEvent("caudal.parked.retry", { about: person, data: told.schema })).toThrow(
      "types that begin with caudal. are Caudal's own",
    );
  });
});
