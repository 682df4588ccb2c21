import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineDocument, personal } from "../../../engine/define/index.ts";
import { eraseDocument } from "../../../engine/privacy/erase-document.ts";

const text = z.string();
const sighting = { time: "2026-03-02T09:00:00.000Z", source: "caudal" };
const seen = (source = "crm") => ({ time: "2026-03-01T09:00:00.000Z", source });

const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({
    identity: z.strictObject({ number: text, name: personal(text).optional() }),
    contact: personal(z.record(z.string(), text)).optional(),
    job: z.strictObject({ title: text, boss: personal(text) }).optional(),
    family: z.array(z.strictObject({ name: personal(text).optional(), age: z.number() })).optional(),
    nicknames: z.array(personal(text)).optional(),
    byRole: z
      .record(z.string(), z.strictObject({ phone: personal(text).optional(), floor: z.number() }))
      .optional(),
  }),
});

describe("a document that is erased", () => {
  it("loses what is personal, in objects, lists and records, and keeps the rest", () => {
    const data = {
      identity: { number: "1", name: "Ana" },
      contact: { email: "ana@x.co" },
      family: [{ name: "Zoë", age: 4 }, { age: 9 }],
      nicknames: ["Nita", "Anny"],
      byRole: { owner: { phone: "1", floor: 2 } },
    };
    const { data: left, changes } = eraseDocument({ data, observed: {} }, person, sighting);
    expect(left).toEqual({
      identity: { number: "1" },
      family: [{ age: 4 }, { age: 9 }],
      nicknames: [],
      byRole: { owner: { floor: 2 } },
    });
    expect(changes).toEqual([
      { path: "identity.name", subSchema: "identity", old: "Ana" },
      { path: "contact.email", subSchema: "contact", old: "ana@x.co" },
      { path: "family", subSchema: "family", old: data.family, new: [{ age: 4 }, { age: 9 }] },
      { path: "nicknames", subSchema: "nicknames", old: ["Nita", "Anny"], new: [] },
      { path: "byRole.owner.phone", subSchema: "byRole", old: "1" },
    ]);
  });

  it("loses a sub-schema whole that is none any more without its personal values", () => {
    const data = { identity: { number: "1" }, job: { title: "clerk", boss: "Eva" } };
    const { data: left, changes } = eraseDocument({ data, observed: {} }, person, sighting);
    expect(left).toEqual({ identity: { number: "1" } });
    expect(changes.map(({ path }) => path)).toEqual(["job.title", "job.boss"]);
  });

  it("goes whole where it is none any more without that", () => {
    const strict = defineDocument("strict", {
      id: ["number"],
      schema: z.strictObject({ identity: z.strictObject({ number: text, name: personal(text) }) }),
    });
    const { data: left, changes } = eraseDocument(
      { data: { identity: { number: "1", name: "Ana" } }, observed: {} },
      strict,
      sighting,
    );
    expect([left, changes.length]).toEqual([undefined, 2]);
  });

  it("keeps what its schema refused before", () => {
    const data = { identity: { number: "1" }, job: { title: 7, boss: "Eva" } };
    expect(eraseDocument({ data, observed: {} }, person, sighting).data).toEqual({
      identity: { number: "1" },
      job: { title: 7 },
    });
  });

  it("remembers a removal at every personal path, and forgets the names below them", () => {
    const observed = {
      "identity.number": seen(),
      "identity.name": seen(),
      "contact.ana's own": seen("store"),
      "byRole.owner.phone": seen(),
      "byRole.owner.floor": seen(),
    };
    const data = { identity: { number: "1", name: "Ana" }, contact: { "ana's own": "x" } };
    expect(eraseDocument({ data, observed }, person, sighting).observed).toEqual({
      "identity.number": seen(),
      "identity.name": sighting,
      contact: sighting,
      "job.boss": sighting,
      "byRole.owner.phone": sighting,
      "byRole.owner.floor": seen(),
      "contact.ana's own": sighting,
    });
  });

  it("goes whole where no definition says what is personal", () => {
    const { data, changes } = eraseDocument({ data: { a: 1 }, observed: {} }, undefined, sighting);
    expect([data, changes]).toEqual([undefined, [{ path: "a", subSchema: "a", old: 1 }]]);
  });
});
