/* oxlint-disable unicorn/no-thenable -- nobody awaits a difference: its `then` is a value */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineDocument, personal } from "../../../engine/define/index.ts";
import { differences, shown } from "../../../engine/audit/rehearse/difference.ts";
import { fieldOf } from "../../../engine/privacy/in-results.ts";
import { MASKED } from "../../../engine/privacy/mask.ts";

const contact = personal(z.strictObject({ email: z.string().optional() }));
const document = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({
    identity: z.strictObject({ number: z.string() }),
    contact: contact.optional(),
    phones: personal(z.record(z.string(), z.strictObject({ label: z.string() }))).optional(),
    shops: z.record(z.string(), z.strictObject({ visits: z.number() })).optional(),
    family: z.array(z.strictObject({ name: personal(z.string()), age: z.number() })).optional(),
    note: z.union([z.string(), z.strictObject({ text: z.string() })]).optional(),
    any: z.unknown().optional(),
  }),
});

describe("the differences of two documents", () => {
  it("are their leaves, arrays whole, each once", () => {
    const recorded = { a: { same: 1, gone: 2, other: [1] }, d: "x", g: { h: 1 } };
    const rehearsed = { a: { same: 1, other: [2] }, d: { e: "y" }, f: null, g: "z" };
    expect(differences(recorded, rehearsed)).toEqual([
      { at: ["a", "gone"], recorded: 2, rehearsed: undefined },
      { at: ["a", "other"], recorded: [1], rehearsed: [2] },
      { at: ["d"], recorded: "x", rehearsed: undefined },
      { at: ["g", "h"], recorded: 1, rehearsed: undefined },
      { at: ["d", "e"], recorded: undefined, rehearsed: "y" },
      { at: ["f"], recorded: undefined, rehearsed: null },
      { at: ["g"], recorded: undefined, rehearsed: "z" },
    ]);
    expect(differences(recorded, structuredClone(recorded))).toEqual([]);
    expect(differences(undefined, undefined)).toEqual([]);
  });
});

describe("a difference as it is shown", () => {
  const view = (at: string[], recorded: unknown, rehearsed?: unknown): object =>
    shown(document, { at, recorded, rehearsed });

  it("has personal values masked, and others as they are", () => {
    expect(view(["contact", "email"], "ana@x.co", "eva@x.co")).toEqual({
      path: "contact.email",
      now: MASKED,
      then: MASKED,
    });
    expect(view(["identity", "number"], undefined, "1")).toEqual({ path: "identity.number", then: "1" });
    expect(view(["family"], [{ name: "Ana", age: 7 }])).toEqual({
      path: "family",
      now: [{ name: MASKED, age: 7 }],
    });
  });

  it("says of a personal entry that there is one, not under which name", () => {
    expect(view(["phones", "+573001234567", "label"], "home")).toEqual({
      path: "phones.*.label",
      now: MASKED,
    });
    expect(view(["shops", "Cali", "visits"], 1)).toEqual({ path: "shops.Cali.visits", now: 1 });
  });

  it("shows nothing of what today's schema does not know", () => {
    expect(view(["fax", "+57300"], "+57300")).toEqual({ path: "fax.*", now: MASKED });
    expect(view(["contact", "skype"], "ana")).toEqual({ path: "contact.*", now: MASKED });
    expect(view(["any", "+57300"], "+57300")).toEqual({ path: "any.*", now: MASKED });
    expect(shown(undefined, { at: ["a", "b"], recorded: "x", rehearsed: undefined })).toEqual({
      path: "a.*",
      now: MASKED,
    });
  });

  it("is cut where it is long", () => {
    const { now } = view(["identity", "number"], "9".repeat(5_000)) as { now: string };
    expect(now).toBe(`${"9".repeat(200)}…`);
  });
});

it("the fields of a document are as many as its schema has", () => {
  expect(fieldOf(document, ["shops", "Cali", "visits"])).toBe("shops.*.visits");
  expect(fieldOf(document, ["note", "text"])).toBe("note.text");
  expect(fieldOf(document, ["contact", "email"])).toBe("contact.email");
});
