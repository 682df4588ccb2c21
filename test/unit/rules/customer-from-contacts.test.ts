import { describe, test } from "vitest";
import { contactListed } from "../../../schemas/contacts.ts";
import { given } from "./given.ts";

const id = { documentType: "CC", documentNumber: "1020" };
const time = "2026-03-01T10:00:00Z";

describe("customer-from-contacts", () => {
  test("makes a customer of a contact that nobody knew", () => {
    given(undefined)
      .when(contactListed.of({ ...id, givenName: "Ana", phone: "+573001234567" }, { time }))
      .then({
        outcome: "created",
        document: { identity: { ...id, givenName: "Ana" }, contact: { phone: "+573001234567" } },
      });
  });

  test("leaves what the list does not say as it is", () => {
    given({
      identity: { ...id, givenName: "Ana", familyName: "Ruiz" },
      contact: { email: "ana@example.com", phone: "+573001234567" },
    })
      .when(contactListed.of({ ...id, email: "ana.ruiz@example.com" }, { time }))
      .then({
        changes: ["contact.email"],
        document: {
          identity: { ...id, givenName: "Ana", familyName: "Ruiz" },
          contact: { email: "ana.ruiz@example.com", phone: "+573001234567" },
        },
      });
  });

  test("takes no address away that the list does not have", () => {
    given({ identity: id, contact: { email: "ana@example.com" } })
      .when(contactListed.of({ ...id, phone: "+573001234567" }, { time }))
      .then({ document: { identity: id, contact: { email: "ana@example.com", phone: "+573001234567" } } });
  });

  test("an older list does not take back what a newer one said", () => {
    given(undefined)
      .when(
        contactListed.of({ ...id, email: "new@example.com" }, { time }),
        contactListed.of({ ...id, email: "old@example.com" }, { time: "2026-02-01T10:00:00Z" }),
      )
      .then({
        outcome: "skipped",
        reason: "stale",
        refused: ["contact.email"],
        document: { identity: id, contact: { email: "new@example.com" } },
      });
  });
});
