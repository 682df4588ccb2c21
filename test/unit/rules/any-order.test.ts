import fc from "fast-check";
import { expect, test } from "vitest";
import type { Observation } from "../../../engine/define/index.ts";
import { NOTHING } from "../../../engine/sync/fold.ts";
import { contactListed } from "../../../schemas/contacts.ts";
import { crmContactRemoved, crmContactUpserted } from "../../../schemas/crm.ts";
import { storeCustomer } from "../../../schemas/store.ts";
import { fold } from "./given.ts";

const id = { documentType: "CC", documentNumber: "1020" };
const name = fc.constantFrom("Ana", "Eva", null);
const address = fc.record(
  {
    line1: fc.constantFrom("Calle 1", "Calle 2"),
    line2: fc.constantFrom("Apto 1", null),
    city: fc.constantFrom("Cali", "Bogotá"),
    region: fc.constantFrom("Valle", null),
    country: fc.constant("CO"),
  },
  { requiredKeys: ["line1", "city", "country"] },
);
const contact = fc.record(
  {
    givenName: name,
    familyName: name,
    email: fc.constantFrom("a@example.com", "b@example.com", null),
    phone: fc.constantFrom("+573001234567", null),
    address: fc.option(address),
    marketingConsent: fc.option(fc.boolean()),
  },
  { requiredKeys: [] },
);
const purchases = fc.record({
  orders: fc.integer({ min: 0, max: 3 }),
  totalSpent: fc.constantFrom("0", "10.5"),
  currency: fc.constant("COP"),
  lastOrderAt: fc.constantFrom("2025-01-01T00:00:00Z", null),
});
const listed = fc.record(
  { givenName: fc.constantFrom("Ana", "Eva"), email: fc.constantFrom("b@example.com", "c@example.com") },
  { requiredKeys: [] },
);
type Told = (time: string) => Observation;
const told: fc.Arbitrary<Told> = fc.oneof(
  contact.map(
    (data): Told =>
      (time) =>
        crmContactUpserted.of({ ...id, ...data }, { time }),
  ),
  purchases.map(
    (data): Told =>
      (time) =>
        storeCustomer.of({ ...id, ...data }, { time }),
  ),
  listed.map(
    (data): Told =>
      (time) =>
        contactListed.of({ ...id, ...data }, { time }),
  ),
  fc.constant<Told>((time) => crmContactRemoved.of(id, { time })),
);

test("whatever the order of arrival, the same events give the same customer", () => {
  const property = fc.property(
    fc.array(told, { minLength: 2, maxLength: 7 }),
    fc.infiniteStream(fc.nat({ max: 1_000 })),
    (tellings, places) => {
      // The CRM, the store and the list each tell a thing at a time of its own.
      const observations = tellings.map((tell, index) =>
        tell(new Date(Date.UTC(2025, 0, 1 + index)).toISOString()),
      );
      const shuffled = observations
        .map((observation) => ({ observation, place: places.next().value as number }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ observation }) => observation);
      expect(fold(NOTHING, shuffled).state.data).toEqual(fold(NOTHING, observations).state.data);
    },
  );
  fc.assert(property, { numRuns: 300 });
});
