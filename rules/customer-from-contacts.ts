import { defineRule, merge } from "../engine/define/index.ts";
import { contactListed } from "../schemas/contacts.ts";
import { customer } from "../schemas/customer.ts";

/** What a list of contacts says of a customer: an empty cell changes nothing. */
export const customerFromContacts = defineRule({
  name: "customer-from-contacts",
  on: contactListed,
  to: customer,
  touches: ["identity", "contact"],
  apply: (current, { data }) =>
    merge(current, {
      identity: {
        documentType: data.documentType,
        documentNumber: data.documentNumber,
        givenName: data.givenName,
        familyName: data.familyName,
      },
      contact: { email: data.email, phone: data.phone },
    }),
});
