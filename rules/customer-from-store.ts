import { defineRule, merge } from "../engine/define/index.ts";
import { customer } from "../schemas/customer.ts";
import { storeCustomer } from "../schemas/store.ts";

/** What a customer bought, as the online store sums it up. */
export const customerFromStore = defineRule({
  name: "customer-from-store",
  on: storeCustomer,
  to: customer,
  touches: ["identity", "commerce"],
  apply: (current, { data }) =>
    merge(current, {
      identity: { documentType: data.documentType, documentNumber: data.documentNumber },
      commerce: {
        orders: data.orders,
        totalSpent: data.totalSpent,
        currency: data.currency,
        lastOrderAt: data.lastOrderAt,
      },
    }),
});
