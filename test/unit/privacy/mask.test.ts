import { describe, expect, it } from "vitest";
import { z } from "zod";
import { hashOf } from "../../../engine/audit/chain.ts";
import { personal } from "../../../engine/define/index.ts";
import { personalPathsOf } from "../../../engine/define/personal.ts";
import { MASKED, maskRecord, maskValue } from "../../../engine/privacy/mask.ts";
import { event, fold, gone, minute, person, told } from "../sync/shop.ts";

describe("a document for whoever may not see personal values", () => {
  it("has what is personal masked, whole where the mark stands above it, and the rest as it is", () => {
    const data = {
      identity: { number: "1", name: "Ana" },
      contact: { email: "ana@x.co", tags: ["vip"] },
      visits: { count: 3 },
    };
    expect(maskValue(data, person.personal)).toEqual({
      identity: { number: "1", name: MASKED },
      contact: MASKED,
      visits: { count: 3 },
    });
    expect(data.identity.name).toBe("Ana");
  });

  it("shows nothing where there is nothing", () => {
    expect(maskValue({ identity: { number: "1" } }, person.personal)).toEqual({ identity: { number: "1" } });
    expect(maskValue(undefined, person.personal)).toBeUndefined();
  });

  it("has the value at a path masked, by its own mark or one above or below it", () => {
    expect(maskValue("ana@x.co", person.personal, ["contact", "email"])).toBe(MASKED);
    expect(maskValue({ number: "1", name: "Ana" }, person.personal, ["identity"])).toEqual({
      number: "1",
      name: MASKED,
    });
    expect(maskValue(3, person.personal, ["visits", "count"])).toBe(3);
  });

  it("has every item of a list, and every entry of a record, masked", () => {
    const paths = personalPathsOf(
      z.object({
        people: z.array(z.object({ name: personal(z.string()), age: z.number() })),
        pair: z.tuple([z.string(), personal(z.string())]),
        byRole: z.record(z.string(), z.object({ phone: personal(z.string()) })),
      }),
    );
    const data = {
      people: [{ name: "Ana", age: 7 }, { age: 8 }],
      pair: ["a", "b"],
      byRole: { owner: { phone: "1" } },
    };
    expect(maskValue(data, paths)).toEqual({
      people: [{ name: MASKED, age: 7 }, { age: 8 }],
      pair: ["a", MASKED],
      byRole: { owner: { phone: MASKED } },
    });
  });
});

describe("an audit record for whoever may not see personal values", () => {
  const { records } = fold([
    event(told.type, minute(2), { email: "ana@x.co" }),
    event(told.type, minute(1), { email: "old@x.co" }),
    event(gone.type, minute(3)),
  ]);

  it("shows no personal value, of the event, the changes or what was refused, and no salt", () => {
    const text = JSON.stringify(records.map(maskRecord));
    for (const value of ["ana@x.co", "old@x.co", "salt"]) expect(text).not.toContain(value);
    expect(text).toContain(MASKED);
    expect(JSON.stringify(records)).toContain("old@x.co");
  });

  it("shows nothing where the value was erased", () => {
    const [record] = fold([event(told.type, minute(1), { email: "ana@x.co" })]).records;
    const changes = record?.changes.map(({ path, subSchema }) => ({ path, subSchema })) ?? [];
    expect(record && maskRecord({ ...record, changes }).changes).toEqual(changes);
  });

  it("still verifies", () => {
    for (const record of records.map(maskRecord)) {
      expect(hashOf(record, record.personal.commitments)).toBe(record.hash);
    }
  });
});
