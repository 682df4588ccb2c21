import { describe, expect, it } from "vitest";
import { entityId, entityKey } from "../../../engine/define/key.ts";
import { ERASED, eraseInput, type Subject } from "../../../engine/privacy/erase-input.ts";
import { KnownValues } from "../../../engine/privacy/known-values.ts";
import { keysOf, plainParts } from "../../../engine/privacy/subject.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import type { QuarantineItem } from "../../../engine/sync/quarantine.ts";

const EMAIL = "ana@example.com";
const values = new KnownValues();
values.add({ contact: { email: EMAIL, phone: "+573001234567" }, city: "Medellín", country: "CO" });
values.parts = ["CC", "1020"];
const subject: Subject = {
  key: "customer|CC-1020",
  id: ["type", "number"],
  keyOf: (parts) => entityKey("customer", entityId("customer", parts)),
  values,
};
const ANA = { type: "CC", number: "1020" };

const input = (body: string | object, more: Partial<QuarantineItem> = {}): QuarantineItem => ({
  id: "quarantine|1",
  kind: "quarantine",
  via: "receiver",
  name: "crm",
  deliveryId: "d",
  at: "2026-03-02T09:00:00.000Z",
  issues: [],
  payload: { encoding: "utf8", body: typeof body === "string" ? body : JSON.stringify(body) },
  ...more,
});
const left = (body: string | object): unknown => {
  const payload = eraseInput(input(body), subject).left?.payload;
  return payload && JSON.parse(payload.body);
};

describe("an input in quarantine", () => {
  it("keeps the id alone of what is about the entity, at any depth, and all that is about others", () => {
    const others = { type: "CC", number: "1", email: EMAIL };
    expect(left({ items: [{ deep: { ...ANA, email: "unknown as yet" } }, others], page: 1 })).toEqual({
      items: [{ deep: { ...ANA, erased: true } }, others],
      page: 1,
    });
    expect(left({ ...ANA, number: 1020, email: "x" })).toEqual({ type: "CC", number: 1020, erased: true });
  });

  it("loses known values elsewhere where it speaks of the entity", () => {
    expect(left({ who: ANA, city: "Medellín", country: "CO", note: `write to ${EMAIL}!`, n: 3 })).toEqual({
      who: { ...ANA, erased: true },
      city: ERASED,
      country: "CO",
      note: `write to ${ERASED}!`,
      n: 3,
    });
  });

  it("loses only what tells of one person where it does not", () => {
    expect(left({ city: "Medellín", number: 1020 })).toBeUndefined();
    expect(left({ city: "Medellín", mail: EMAIL, tel: "+573001234567" })).toEqual({
      city: "Medellín",
      mail: ERASED,
      tel: ERASED,
    });
  });

  it("goes whole where it is a row of a dataset that speaks of the entity, whatever its columns are called", () => {
    const row = { tipo: "CC", numero: "1020", correo: "nobody knew this one" };
    expect(eraseInput(input(row, { via: "import" }), subject).left?.payload.body).toBe("");
    const other = { tipo: "CC", numero: "10201", correo: "x@example.com" };
    expect(eraseInput(input(other, { via: "import" }), subject)).toEqual({ speaks: false });
  });

  it("goes whole where it is a record of a sequence that speaks of the entity, for the same reason", () => {
    const record = { emission: { event: "x" }, values: { numero: "1020", correo: EMAIL }, texts: true };
    const { left, speaks } = eraseInput(input(record, { via: "sequence" }), subject);
    expect([speaks, left?.payload]).toEqual([true, { encoding: "utf8", body: "", erased: true }]);
  });

  it("loses the data of an event about the entity", () => {
    const event = { subject: "customer|CC-1020", type: "x", data: { any: "thing" } };
    expect(left(event)).toEqual({ ...event, data: { erased: true } });
  });

  it("does not pass for erased because it says so of itself", () => {
    const event = { subject: "customer|CC-1020", data: { erased: true, b: "Ana Pérez", mail: "ana@x" } };
    expect(left(event)).toEqual({ ...event, data: { erased: true } });
    expect(left({ ...ANA, erased: true, b: "Ana Pérez" })).toEqual({ ...ANA, erased: true });
    expect(left({ ...event, data: [{ erased: true }] })).toEqual({ ...event, data: { erased: true } });
  });

  it.each([8_000, 50_000])(
    "that is nested %d deep stays, or goes whole where it speaks of the entity",
    (depth) => {
      const nested = (inner: string): string => `{"a":${"[".repeat(depth)}${inner}${"]".repeat(depth)}}`;
      expect(eraseInput(input(nested('"CC"')), subject)).toEqual({ speaks: false });
      for (const inner of [
        '"ana@example.com"',
        String.raw`"ana\u0040example.com"`,
        String.raw`{"ana\u0040example.com":1}`,
        '{"type":"CC","number":1020}',
      ])
        expect(eraseInput(input(nested(inner)), subject)).toMatchObject({
          speaks: true,
          left: { payload: { body: "", erased: true } },
        });
    },
  );

  it("of a megabyte is gone through at once, however many values are known", () => {
    const many = new KnownValues();
    many.parts = ["CC", "1020"];
    for (let n = 0; n < 20_000; n += 1) many.add(`somebody.${n}@quetzal.example`);
    const texts = Array.from({ length: 60_000 }, (_, n) => `x${n}@example.com`);
    texts[1_234] = "to somebody.77@quetzal.example";
    const begun = performance.now();
    for (const body of [texts, `${JSON.stringify(texts)}…`]) {
      expect(eraseInput(input(body), { ...subject, values: many }).speaks).toBe(true);
    }
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  it("goes whole where it is no JSON and speaks of the entity, and stays where it does not", () => {
    for (const body of [
      `<mail>${EMAIL}</mail>`,
      "type=CC&number=1020&x=1",
      '{"type":"CC","number":"1020","mai',
    ]) {
      expect(eraseInput(input(body), subject)).toMatchObject({
        speaks: true,
        left: { payload: { encoding: "utf8", body: "", erased: true }, issues: [] },
      });
    }
    for (const body of ["type=CC&number=10201", "Medellín", "CC"])
      expect(eraseInput(input(body), subject)).toEqual({ speaks: false });
  });

  it("is found in bytes that are no text", () => {
    const body = Buffer.from(`\u0000${EMAIL}`, "utf16le").toString("base64");
    const { left } = eraseInput(input("", { payload: { encoding: "base64", body } }), subject);
    expect(left?.payload.body).toBe("");
  });

  it("keeps its encoding, and what is wrong with it without what that quotes", () => {
    const body = Buffer.from(JSON.stringify({ ...ANA, email: "not-an-address" })).toString("base64");
    const issues = [{ path: "email", message: "not-an-address is none; CC 1020, not Medellín" }];
    const { left } = eraseInput(input("", { payload: { encoding: "base64", body }, issues }), subject);
    expect(JSON.parse(Buffer.from(left?.payload.body ?? "", "base64").toString())).toEqual({
      ...ANA,
      erased: true,
    });
    expect(left?.issues).toEqual([{ path: "email", message: `${ERASED} is none; CC 1020, not ${ERASED}` }]);
  });

  it("is not altered again, and still counts", () => {
    const once = eraseInput(input({ who: ANA, mail: EMAIL }), subject).left;
    expect(once && eraseInput(once, subject)).toEqual({ speaks: true });
  });
});

describe("known values", () => {
  it("are taken from what is nested however deep, and found when more are added", () => {
    const deep = new KnownValues();
    deep.add(JSON.parse(`${"[".repeat(100_000)}"${EMAIL}"${"]".repeat(100_000)}`));
    expect([...deep.telling.in(`to ${EMAIL}`)]).toEqual([EMAIL]);
    deep.add("1234567");
    expect(deep.telling.in("12345678").size).toBe(1);
    expect(deep.telling.in("123456").size).toBe(0);
  });
});

describe("the key that parts make", () => {
  it("is recognised behind an HMAC, and parts are read from a plain one alone", () => {
    const settings = createSettings({ CAUDAL_PSEUDONYM_KEY: "secret" }, []);
    const hidden = keysOf({ name: "customer", pseudonymous: true }, settings)(["CC", "1020"]);
    expect(hidden).toMatch(/^customer\|[0-9a-f]{64}$/);
    expect(plainParts({ id: ["a", "b"], pseudonymous: true }, hidden ?? "")).toBeUndefined();
    expect(plainParts({ id: ["a", "b"], pseudonymous: false }, "customer|C%2DC-10%2F20")).toEqual([
      "C-C",
      "10/20",
    ]);
    expect(keysOf({ name: "customer", pseudonymous: false }, settings)(["", "1"])).toBeUndefined();
  });
});
