import { describe, test } from "vitest";
import { crmContactUpserted } from "../../../schemas/crm.ts";
import { given } from "./given.ts";

const id = { documentType: "CC", documentNumber: "1020" };
const at = (time: string, data: object): ReturnType<typeof crmContactUpserted.of> =>
  crmContactUpserted.of({ ...id, ...data }, { time });
const home = { line1: "Calle 10 # 5-51", line2: "Apto 301", city: "Bogotá", country: "CO" };

describe("customer-from-crm", () => {
  test("makes a customer of a contact that nobody knew", () => {
    given(undefined)
      .when(
        at("2025-03-01T10:00:00Z", {
          givenName: "Ana",
          familyName: "Ruiz",
          email: "ana@example.com",
          phone: "+573001234567",
          address: home,
          marketingConsent: true,
        }),
      )
      .then({
        outcome: "created",
        version: 1,
        document: {
          identity: { ...id, givenName: "Ana", familyName: "Ruiz" },
          contact: { email: "ana@example.com", phone: "+573001234567" },
          address: home,
          consent: { marketing: true, since: "2025-03-01T10:00:00.000Z" },
        },
      });
  });

  test("leaves what the event does not speak of", () => {
    given({ identity: { ...id, givenName: "Ana" }, contact: { email: "ana@example.com" } })
      .when(at("2025-03-01T10:00:00Z", { phone: "+573001234567" }))
      .then({
        outcome: "updated",
        changes: ["contact.phone"],
        document: {
          identity: { ...id, givenName: "Ana" },
          contact: { email: "ana@example.com", phone: "+573001234567" },
        },
      });
  });

  test("clears what is null", () => {
    given({
      identity: { ...id, givenName: "Ana", familyName: "Ruiz" },
      contact: { email: "ana@example.com" },
      address: home,
      consent: { marketing: true, since: "2025-01-01T00:00:00.000Z" },
    })
      .when(
        at("2025-03-01T10:00:00Z", { familyName: null, email: null, address: null, marketingConsent: null }),
      )
      .then({ outcome: "updated", document: { identity: { ...id, givenName: "Ana" } } });
  });

  test("replaces an address as a whole", () => {
    given({ identity: id, address: { ...home, region: "Cundinamarca", postalCode: "110111" } })
      .when(at("2025-03-01T10:00:00Z", { address: { line1: "Gran Vía 1", city: "Madrid", country: "ES" } }))
      .then({ document: { identity: id, address: { line1: "Gran Vía 1", city: "Madrid", country: "ES" } } });
  });

  test("dates consent from when it last changed, whatever arrives first", () => {
    const stated = at("2025-03-01T10:00:00Z", { marketingConsent: true });
    const repeated = at("2025-03-02T10:00:00Z", { marketingConsent: true });
    const withdrawn = at("2025-03-03T10:00:00Z", { marketingConsent: false });
    const consenting = { identity: id, consent: { marketing: true, since: "2025-03-01T10:00:00.000Z" } };
    given(undefined).when(stated, repeated).then({ document: consenting, outcome: "unchanged", version: 1 });
    given(undefined)
      .when(repeated, stated)
      .then({ document: consenting, changes: ["consent.since"] });
    const against = { identity: id, consent: { marketing: false, since: "2025-03-03T10:00:00.000Z" } };
    given(undefined).when(stated, repeated, withdrawn).then({ document: against });
    given(undefined).when(withdrawn, repeated, stated).then({ document: against });
  });

  test("says nothing new when the CRM repeats itself", () => {
    given({ identity: { ...id, givenName: "Ana" } })
      .when(at("2025-03-01T10:00:00Z", { givenName: "Ana" }))
      .then({ outcome: "unchanged", changes: [], version: 0 });
  });

  test("refuses what is older than what stands, path by path", () => {
    given(undefined)
      .when(
        at("2025-03-02T10:00:00Z", { email: "new@example.com" }),
        at("2025-03-01T10:00:00Z", { email: "old@example.com", phone: "+573001234567" }),
      )
      .then({
        outcome: "updated",
        changes: ["contact.phone"],
        refused: ["contact.email"],
        document: { identity: id, contact: { email: "new@example.com", phone: "+573001234567" } },
      });
  });
});
