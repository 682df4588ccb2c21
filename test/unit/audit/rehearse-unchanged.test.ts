import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { arrivals, paths, rankedShop, recorded, rehearsed, shop } from "./rehearsal.ts";

const apps = {
  "the latest wins": shop,
  "the CRM outranks the store": rankedShop({ contact: ["crm", "store"], consent: ["crm", "store"] }),
  "members of one part have ranks of their own": rankedShop({
    "address.city": ["store", "crm"],
    identity: ["crm", "store"],
  }),
};
const scopes = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });

describe.each(Object.entries(apps))("rules that did not change, where %s", (_, app) => {
  it("make no difference, whatever came in whatever order, and whatever is in scope", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, scopes, async (events, inScope) => {
        const records = recorded(events, app);
        const holds = ({ sequence }: AuditRecord): boolean => inScope[sequence - 1] ?? true;
        const entity = await rehearsed(records, app, { hash: "hash", holds });
        expect(paths(entity)).toEqual([]);
        expect(entity).not.toHaveProperty("parked");
        expect(entity.rehearsed.version).toBe(entity.recorded.version);
        expect(entity.events).toBe(records.filter(holds).length);
        const skips = records.filter(({ rule }) => rule.name === "(operator)").filter(holds).length;
        expect(entity.rerun).toBe(entity.events - skips);
      }),
      { numRuns: 300 },
    );
  });

  it("make no difference either where nothing is in scope and all was decided by another version", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (events) => {
        const entity = await rehearsed(recorded(events, app), app, { holds: () => false });
        expect(paths(entity)).toEqual([]);
        expect(entity).toMatchObject({ events: 0, rerun: 0 });
      }),
      { numRuns: 300 },
    );
  });
});
