import { expect, test } from "vitest";
import { hashOf } from "../../engine/audit/chain.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { fold, minute } from "../unit/sync/shop.ts";
import { ExplainDesk } from "./explain-desk.ts";

const shop = new ExplainDesk();

const audit = async (token?: string): Promise<readonly AuditRecord[]> => {
  const asked = `GET /api/v1/entities/person/${shop.id}/audit`;
  const { json } = await shop.desk.ask(asked, token === undefined ? {} : { token });
  return json["items"] as readonly AuditRecord[];
};

test("an auditor's records show no personal value and no salt, and verify, large ones too", async () => {
  const large = `long@example.com${"x".repeat(300_000)}`;
  const { state, records } = fold([
    shop.said(1, { email: "a@example.com" }),
    shop.said(2, { email: large }),
    shop.said(1, { email: "late@example.com" }),
  ]);
  await shop.seed(state, records);
  const shown = await audit(shop.auditor);
  expect(shown).toHaveLength(3);
  for (const record of shown) {
    expect(record.personal).not.toHaveProperty("salt");
    expect(hashOf(record, record.personal.commitments)).toBe(record.hash);
  }
  expect(JSON.stringify(shown)).not.toContain("example.com");
  expect(shown[2]).toMatchObject({ refused: [{ path: "contact.email", new: "[masked]" }] });
  expect(await audit()).toMatchObject(records);
});

test("why an entity is parked is masked for an auditor, with or without a document", async () => {
  const parked = { eventId: "crm:9", reason: "no such phone: 555", at: minute(9), waiting: 1 };
  const { documents } = shop.desk.ports;
  const park = async (): Promise<void> => {
    const stored = await documents.read<{ id: string }>("unified", shop.key, "document");
    const item = { observed: {}, sequence: 0, ...stored?.item, id: "document", key: shop.key, parked };
    await documents.write("unified", shop.key, [{ op: "upsert", item }]);
  };
  const now = async (token?: string): Promise<unknown> =>
    (await shop.desk.ask(`GET /api/v1/entities/person/${shop.id}`, token === undefined ? {} : { token }))
      .json["parked"];
  await park();
  expect(await now(shop.auditor)).toEqual({ ...parked, reason: "[masked]" });
  const unheard = await shop.explain("contact.email", { token: shop.auditor });
  expect(unheard).toMatchObject({ status: 404, json: { parked: { ...parked, reason: "[masked]" } } });
  await documents.write("unified", shop.key, [{ op: "delete", id: "document" }]);
  await shop.give(shop.said(1, { email: "a" }));
  await park();
  expect(await now(shop.auditor)).toEqual({ ...parked, reason: "[masked]" });
  expect(await now()).toEqual(parked);
  const explained = await shop.explain("contact.email", { token: shop.auditor });
  expect(explained.json["parked"]).toEqual({ ...parked, reason: "[masked]" });
});
