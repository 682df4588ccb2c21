import { defineRule, merge } from "../engine/define/index.ts";
import { crmContactUpserted } from "../schemas/crm.ts";
import { customer } from "../schemas/customer.ts";

/** What the CRM says of a contact: members left out stay, null clears. */
export const customerFromCrm = defineRule({
  name: "customer-from-crm",
  on: crmContactUpserted,
  to: customer,
  apply: (current, { data, time }) =>
    merge(current, {
      identity: {
        documentType: data.documentType,
        documentNumber: data.documentNumber,
        givenName: data.givenName,
        familyName: data.familyName,
      },
      contact: { email: data.email, phone: data.phone },
      // An address is replaced as a whole: a line that the new one lacks must not stay from the old one.
      address: data.address && {
        ...data.address,
        line2: data.address.line2 ?? null,
        region: data.address.region ?? null,
        postalCode: data.address.postalCode ?? null,
      },
      // The engine keeps `since`: repeating a consent does not renew it.
      consent:
        typeof data.marketingConsent === "boolean"
          ? { marketing: data.marketingConsent, since: time }
          : data.marketingConsent,
    }),
});
