import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AuditRecord } from "../../../engine/audit/record.ts";
import { event, gone, minute, told, visited } from "../sync/shop.ts";
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
        const records = await recorded(events, app);
        const holds = ({ sequence }: AuditRecord): boolean => inScope[sequence - 1] ?? true;
        const entity = await rehearsed(records, app, { hash: "hash", holds });
        expect(paths(entity)).toEqual([]);
        expect(entity).not.toHaveProperty("parked");
        expect(entity.rehearsed.version).toBe(entity.recorded.version);
        expect(entity.events).toBe(records.filter(holds).length);
        const byOperators = records.filter(({ rule }) => rule.hash === "").filter(holds).length;
        expect(entity).toMatchObject({ rerun: entity.events - byOperators, undone: 0 });
      }),
      { numRuns: 300 },
    );
  });

  it("leave a document that its schema takes, where another version of them decided and operators took it back", async () => {
    const { schema } = app.documents.get("person") ?? {};
    await fc.assert(
      fc.asyncProperty(arrivals, scopes, async (events, inScope) => {
        const holds = ({ sequence }: AuditRecord): boolean => inScope[sequence - 1] ?? true;
        const { rehearsed: then } = await rehearsed(await recorded(events, app), app, { holds });
        expect(then.data === undefined ? [] : (schema?.safeParse(then.data).error?.issues ?? [])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("make no difference either where nothing is in scope and all was decided by another version", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (events) => {
        const entity = await rehearsed(await recorded(events, app), app, { holds: () => false });
        expect(paths(entity)).toEqual([]);
        expect(entity).toMatchObject({ events: 0, rerun: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

it("keep the time of a value that was refused at first and that an undo let stand", async () => {
  const app = apps["the CRM outranks the store"];
  const records = await recorded(
    [
      event(gone.type, minute(0), {}, "store"),
      event(told.type, minute(0), { consent: false }, "crm"),
      { undo: 0 },
      event(visited.type, minute(0), {}, "crm"),
    ],
    app,
  );
  for (const inScope of [[4], [2, 4]]) {
    const entity = await rehearsed(records, app, { holds: ({ sequence }) => inScope.includes(sequence) });
    expect(entity.rehearsed.data).toMatchObject({ consent: { marketing: false, since: minute(0) } });
    expect(paths(entity)).toEqual([]);
  }
});
