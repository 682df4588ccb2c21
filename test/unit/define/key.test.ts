import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventId } from "../../../engine/define/event.ts";
import { entityId, entityKey, MAX_KEY, parseKey, pseudonymousId } from "../../../engine/define/key.ts";

describe("an entity's id", () => {
  it.each([
    [["CC", "1020304050"], "CC-1020304050"],
    [["a-b", "c"], "a%2Db-c"],
    [["a", "b-c"], "a-b%2Dc"],
    [["ñ", "x/y?#|"], "%C3%B1-x%2Fy%3F%23%7C"],
    [[42], "42"],
  ])("of %j is %s", (parts, id) => {
    expect(entityId("customer", parts)).toBe(id);
  });

  it("is a hash over 120 characters, and where the key would not fit a session id", () => {
    expect(entityId("c", ["x".repeat(120)])).toBe("x".repeat(120));
    expect(entityId("c", ["x".repeat(121)])).toMatch(/^[0-9a-f]{64}$/);
    expect(entityId("customer", ["x".repeat(120)])).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([[""], [Number.NaN]])("refuses the part %s", (part) => {
    expect(() => entityId("customer", [part])).toThrow(TypeError);
  });

  it("differs for different parts, makes a key that fits and that comes apart again", () => {
    const parts = fc.array(fc.string({ minLength: 1, unit: "grapheme" }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const id = entityId("customer", a);
        expect(id === entityId("customer", b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(entityKey("customer", id).length).toBeLessThanOrEqual(MAX_KEY);
        expect(parseKey(entityKey("customer", id))).toEqual({ entity: "customer", id });
      }),
    );
  });

  it("can hide its parts", () => {
    const id = pseudonymousId("customer", ["CC", "1020304050"], "secret");
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(pseudonymousId("customer", ["CC", "1020304050"], "other")).not.toBe(id);
  });
});

describe("an event's id", () => {
  it.each([
    [eventId("crm", "msg_1"), "crm:msg_1"],
    [eventId("crm", "msg_1", 2), "crm:msg_1:2"],
  ])("%s", (id, expected) => expect(id).toBe(expected));

  it.each(["a/b", "a\\b", "a?b", "a#b", "x".repeat(125)])(
    "is a hash where %s is no id for the store",
    (delivery) => {
      expect(eventId("crm", delivery)).toMatch(/^[0-9a-f]{64}$/);
    },
  );
});
