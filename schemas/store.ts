import { z } from "zod";
import { defineEvent } from "../engine/define/index.ts";
import { customer, idParts } from "./customer.ts";
import { amount, currency, instant } from "./values.ts";

const purchases = {
  ...idParts,
  orders: z.int().nonnegative(),
  totalSpent: amount,
  currency,
  /** Null: no order yet. */
  lastOrderAt: instant.nullish(),
};

/** A customer's purchases as the online store sums them up. */
export const storeCustomer = defineEvent("store.customer", { about: customer, data: z.object(purchases) });

/** A record of the store's `/customers`; `updatedAt` is when the store last changed it. */
export const storeRecord = z.object({ ...purchases, updatedAt: instant });

/** A page of the store's `/customers`. */
export const storePage = z.object({
  items: z.array(z.unknown()),
  nextPage: z.int().positive().nullable(),
});
