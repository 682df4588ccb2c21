import { expect, test } from "vitest";
import type { AttemptContext, DataOf } from "../../../engine/define/index.ts";
import { customer360 } from "../../../functions/integrations/customer-360.ts";
import type { customer } from "../../../schemas/customer.ts";

const everything: DataOf<typeof customer> = {
  identity: { documentType: "CC", documentNumber: "1020", givenName: "Ana", familyName: "Ruiz" },
  contact: { email: "ana@example.com", phone: "+573001234567" },
  address: {
    line1: "Calle 10 # 5-51",
    line2: "Apto 301",
    city: "Bogotá",
    region: "Cundinamarca",
    postalCode: "110111",
    country: "CO",
  },
  consent: { marketing: true, since: "2025-03-01T10:00:00.000Z" },
  commerce: { orders: 3, totalSpent: "129.9", currency: "COP", lastOrderAt: "2025-02-28T09:30:00.000Z" },
};

test("every scalar of a customer has its column", async () => {
  const snapshot = {
    key: "customer|CC-1020",
    entity: "customer",
    id: "CC-1020",
    version: 1,
    data: everything as never,
    known: false,
  };
  // Nobody listens there; the error tells what would have been written.
  const context: AttemptContext = {
    value: () => "mysql://root@127.0.0.1:1",
    secrets: { fresh: (_name, _isFresh, renew) => renew(undefined) },
    signal: new AbortController().signal,
  };
  const error: unknown = await customer360.destination
    .deliver(snapshot, context)
    .catch((reason: unknown) => reason);
  await customer360.destination.close?.();
  expect(error).toMatchObject({
    request: {
      table: "caudal_customer_360.customers",
      row: {
        document_type: "CC",
        document_number: "1020",
        given_name: "Ana",
        family_name: "Ruiz",
        email: "ana@example.com",
        phone: "+573001234567",
        address_line1: "Calle 10 # 5-51",
        address_line2: "Apto 301",
        city: "Bogotá",
        region: "Cundinamarca",
        postal_code: "110111",
        country: "CO",
        marketing_consent: 1,
        consent_since: "2025-03-01 10:00:00.000",
        orders: "3",
        total_spent: "129.9",
        currency: "COP",
        last_order_at: "2025-02-28 09:30:00.000",
      },
    },
  });
});
