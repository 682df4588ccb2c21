import { describe, test } from "vitest";
import { storeCustomer } from "../../../schemas/store.ts";
import { given } from "./given.ts";

const id = { documentType: "CC", documentNumber: "1020" };
const time = "2025-03-01T10:00:00Z";
const summed = { ...id, orders: 3, totalSpent: 129.9, currency: "COP" };

describe("customer-from-store", () => {
  test("makes a customer of a buyer that nobody knew, with the amount as a decimal string", () => {
    given(undefined)
      .when(storeCustomer.of({ ...summed, lastOrderAt: "2025-02-28T22:15:00-05:00" }, { time }))
      .then({
        outcome: "created",
        document: {
          identity: id,
          commerce: {
            orders: 3,
            totalSpent: "129.9",
            currency: "COP",
            lastOrderAt: "2025-03-01T03:15:00.000Z",
          },
        },
      });
  });

  test("touches the purchases alone", () => {
    given({ identity: { ...id, givenName: "Ana" }, contact: { email: "ana@example.com" } })
      .when(storeCustomer.of(summed, { time }))
      .then({
        changes: ["commerce.orders", "commerce.totalSpent", "commerce.currency"],
        document: {
          identity: { ...id, givenName: "Ana" },
          contact: { email: "ana@example.com" },
          commerce: { orders: 3, totalSpent: "129.9", currency: "COP" },
        },
      });
  });

  test("an amount that is only written differently is no change", () => {
    given({ identity: id, commerce: { orders: 3, totalSpent: "129.9", currency: "COP" } })
      .when(storeCustomer.of({ ...summed, totalSpent: "129.90" }, { time }))
      .then({ outcome: "unchanged" });
  });

  test("clears the last order when there is none any more", () => {
    given({
      identity: id,
      commerce: { orders: 1, totalSpent: "5", currency: "COP", lastOrderAt: "2025-01-01T00:00:00.000Z" },
    })
      .when(storeCustomer.of({ ...summed, orders: 0, totalSpent: 0, lastOrderAt: null }, { time }))
      .then({ document: { identity: id, commerce: { orders: 0, totalSpent: "0", currency: "COP" } } });
  });
});
