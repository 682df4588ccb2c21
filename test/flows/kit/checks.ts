import { expect } from "vitest";
import { hashOf } from "../../../engine/audit/chain.ts";
import { pathSegments, withValue } from "../../../engine/sync/paths.ts";
import type { DocumentItem } from "../../../engine/sync/entity.ts";
import type { Business } from "./business.ts";
import type { Site } from "./site.ts";

interface Customer {
  readonly identity: { givenName?: string; familyName?: string };
  readonly contact?: { email?: string; phone?: string };
  readonly consent?: { marketing: boolean; since: string };
  readonly commerce?: { orders: number; totalSpent: string };
}

/** Every document is the fold of its records; versions and sequences have no gap; every chain holds. */
export async function expectWholeAudit(site: Site): Promise<void> {
  const [documents, audit] = await Promise.all([site.documents(), site.audit()]);
  expect([...audit.keys()].toSorted()).toEqual([...documents.keys()].toSorted());
  for (const [id, records] of audit) {
    const document = documents.get(id);
    let data: unknown;
    let version = 0;
    let previous: string | null = null;
    for (const [index, record] of records.entries()) {
      for (const change of record.changes) data = withValue(data, pathSegments(change.path), change.new);
      if (record.changes.length > 0) version += 1;
      expect([id, record.sequence, record.version, record.previous]).toEqual([
        id,
        index + 1,
        version,
        previous,
      ]);
      expect(hashOf(record, record.personal.commitments)).toBe(record.hash);
      previous = record.hash;
    }
    expect([id, document?.data, document?.version, document?.sequence, document?.head]).toEqual([
      id,
      data,
      version,
      records.length,
      previous,
    ]);
  }
}

/** Marketing and MySQL hold what the documents say, and never went back. */
export async function expectDestinationsEqual(business: Business): Promise<void> {
  const [documents, rows] = await Promise.all([business.documents(), business.rows()]);
  const living = [...documents].filter(([, { data }]) => data !== undefined);
  expect([...rows.keys()].toSorted()).toEqual(living.map(([id]) => id).toSorted());
  const reachable = living.filter(([, { data }]) => isReachable(data as Customer));
  expect([...business.marketing.contacts.keys()].toSorted()).toEqual(reachable.map(([id]) => id).toSorted());
  for (const [id, document] of living) expectEqual(business, id, document, rows.get(id));
  expect(business.marketing.backwards).toEqual([]);
}

function expectEqual(business: Business, id: string, { data, version }: DocumentItem, row: unknown): void {
  const customer = data as Customer;
  const { identity, contact, consent, commerce } = customer;
  expect(row).toMatchObject({
    version,
    given_name: identity.givenName ?? null,
    email: contact?.email ?? null,
    phone: contact?.phone ?? null,
    marketing_consent: consent ? Number(consent.marketing) : null,
    orders: commerce?.orders ?? null,
  });
  if (contact && isReachable(customer)) {
    expect(business.marketing.contacts.get(id)?.body).toEqual({
      fullName: [identity.givenName, identity.familyName].filter(Boolean).join(" ") || null,
      email: contact.email ?? null,
      phone: contact.phone ?? null,
      consent: { marketing: consent?.marketing ?? null, since: consent?.since ?? null },
    });
  }
}

/** Whether marketing is to have a customer: who can no longer be reached is withdrawn. */
function isReachable({ contact }: Customer): boolean {
  return contact?.email !== undefined || contact?.phone !== undefined;
}
