import { describe, test } from "vitest";
import { crmContactRemoved, crmContactUpserted } from "../../../schemas/crm.ts";
import { storeCustomer } from "../../../schemas/store.ts";
import { given } from "./given.ts";

const id = { documentType: "CC", documentNumber: "1020" };
const removed = (time: string): ReturnType<typeof crmContactRemoved.of> => crmContactRemoved.of(id, { time });

describe("customer-removed-by-crm", () => {
  test("removes the customer, and says why", () => {
    given({ identity: id, contact: { email: "ana@example.com" } })
      .when(removed("2025-03-01T10:00:00Z"))
      .then({ document: null, outcome: "removed", reason: "the CRM removed the contact" });
  });

  test("leaves nothing to remove alone", () => {
    given(undefined)
      .when(removed("2025-03-01T10:00:00Z"))
      .then({ document: null, outcome: "unchanged", version: 0 });
  });

  test("is not undone by an older event that arrives later", () => {
    given(undefined)
      .when(
        removed("2025-03-02T10:00:00Z"),
        crmContactUpserted.of({ ...id, email: "ana@example.com" }, { time: "2025-03-01T10:00:00Z" }),
      )
      .then({ document: null, outcome: "skipped", reason: "stale" });
  });

  test("leaves what was seen after it", () => {
    const bought = { ...id, orders: 1, totalSpent: "10", currency: "COP" };
    given(undefined)
      .when(
        crmContactUpserted.of({ ...id, givenName: "Ana" }, { time: "2025-03-01T10:00:00Z" }),
        storeCustomer.of(bought, { time: "2025-03-03T10:00:00Z" }),
        removed("2025-03-02T10:00:00Z"),
      )
      .then({
        outcome: "updated",
        document: { identity: id, commerce: { orders: 1, totalSpent: "10", currency: "COP" } },
      });
  });

  test("a contact that comes back is a customer again", () => {
    given({ identity: { ...id, givenName: "Ana" } })
      .when(
        removed("2025-03-01T10:00:00Z"),
        crmContactUpserted.of({ ...id, email: "ana@example.com" }, { time: "2025-03-02T10:00:00Z" }),
      )
      .then({
        outcome: "created",
        version: 2,
        document: { identity: id, contact: { email: "ana@example.com" } },
      });
  });
});
