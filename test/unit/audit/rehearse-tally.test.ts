/* oxlint-disable unicorn/no-thenable -- nobody awaits a difference: its `then` is a value */
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import type { DifferentDelivery } from "../../../engine/audit/rehearse/deliveries.ts";
import { differences } from "../../../engine/audit/rehearse/difference.ts";
import { differs, NO_TALLY, type Rehearsal, tallied } from "../../../engine/audit/rehearse/tally.ts";
import { BLANK } from "../../../engine/audit/replay.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { person } from "../sync/shop.ts";

const record = { sequence: 1 } as AuditRecord;
function rehearsal(
  recorded: unknown,
  rehearsed: unknown,
  { events = 2, deliveries = [] as DifferentDelivery[], parked = false } = {},
): Rehearsal {
  return {
    key: "person|1",
    document: person,
    entity: {
      recorded: { ...BLANK, data: recorded, sequence: record.sequence },
      rehearsed: { ...NOTHING, data: rehearsed },
      events,
      rerun: events,
      erased: 0,
      undone: 1,
      ...(parked ? { parked: { eventId: "crm:1", rule: undefined, error: new Error("ana@x.co") } } : {}),
    },
    differences: differences(recorded, rehearsed),
    deliveries,
  };
}
const of = (email: string): object => ({ identity: { number: "1" }, contact: { email } });

describe("a tally", () => {
  it("counts entities, records, documents, fields and deliveries", () => {
    const deliveries = [{ integration: "crm" }, { integration: "shop", fault: "the mapping threw Error" }];
    const tally = [
      rehearsal(of("a"), of("a")),
      rehearsal(of("a"), of("b"), { deliveries }),
      rehearsal(of("a"), undefined, { deliveries: [{ integration: "crm" }] }),
      rehearsal(of("a"), of("b"), { events: 0 }),
    ].reduce(tallied, NO_TALLY);
    expect(tally).toMatchObject({
      entities: 3,
      events: 6,
      rerun: 6,
      undone: 3,
      documents: 2,
      fields: { "contact.email": 2, "identity.number": 1 },
      deliveries: { crm: 2, shop: 1 },
      failing: { shop: 1 },
      parked: 0,
    });
    expect(tally.samples).toEqual([
      {
        key: "person|1",
        changes: [{ path: "contact.email", now: "[masked]", then: "[masked]" }],
        deliveries: ["crm", "shop"],
        failing: { shop: "the mapping threw Error" },
      },
      expect.objectContaining({ deliveries: ["crm"] }),
    ]);
    expect(differs(tally)).toBe(true);
    expect(tally).not.toHaveProperty("more");
  });

  it("has one that would be parked among its samples, though its document stays as it is", () => {
    const tally = tallied(NO_TALLY, rehearsal(of("a"), of("a"), { parked: true }));
    expect(tally).toMatchObject({
      documents: 0,
      parked: 1,
      samples: [{ changes: [], parked: { eventId: "crm:1" } }],
    });
    expect(JSON.stringify(tally)).not.toContain("ana@x.co");
    expect(differs(tally)).toBe(true);
    expect(differs(tallied(NO_TALLY, { key: "person|1", unreadable: true }))).toBe(false);
  });

  it("stays small, whatever it counts", () => {
    const wide = Object.fromEntries(
      Array.from({ length: 1_200 }, (_, index) => [`m${index}`, "v".repeat(900)]),
    );
    let tally = NO_TALLY;
    for (let n = 0; n < 40; n++)
      tally = tallied(tally, { ...rehearsal(undefined, wide), document: undefined });
    expect(Object.keys(tally.fields)).toHaveLength(1_000);
    expect(tally.more).toBe(200 * 40);
    expect(tally.documents).toBe(40);
    expect(tally.samples).toHaveLength(25);
    expect(tally.samples[0]).toMatchObject({ more: 1_180, changes: { length: 20 } });
    expect(JSON.stringify(tally).length).toBeLessThan(200_000);
  });
});
