import { defineRule, remove } from "../engine/define/index.ts";
import { crmContactRemoved } from "../schemas/crm.ts";
import { customer } from "../schemas/customer.ts";

/** A contact that the CRM removed is removed everywhere; what was seen later than that stands. */
export const customerRemovedByCrm = defineRule({
  name: "customer-removed-by-crm",
  on: crmContactRemoved,
  to: customer,
  apply: () => remove("the CRM removed the contact"),
});
