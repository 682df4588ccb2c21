import { z } from "zod";
import { defineEvent, personal } from "../engine/define/index.ts";
import { addressLines, customer, email, idParts, personName, phone } from "./customer.ts";
import { instant } from "./values.ts";

// What the CRM does not say about a contact stays as it is; what it says is null is cleared. Members that we do not
// know are left out rather than refused: the CRM may grow without asking us. A wrong type is a fault.

/** A contact as the CRM tells of it. An address comes whole or not at all. */
const contact = z.object({
  ...idParts,
  givenName: personName.nullish(),
  familyName: personName.nullish(),
  email: email.nullish(),
  phone: phone.nullish(),
  address: personal(
    z.object({
      ...addressLines,
      line2: addressLines.line2.nullish(),
      region: addressLines.region.nullish(),
      postalCode: addressLines.postalCode.nullish(),
    }),
  ).nullish(),
  marketingConsent: z.boolean().nullish(),
});
const contactId = z.object(idParts);

/** The CRM made or changed a contact. */
export const crmContactUpserted = defineEvent("crm.contact.upserted", { about: customer, data: contact });

/** The CRM removed a contact. */
export const crmContactRemoved = defineEvent("crm.contact.removed", { about: customer, data: contactId });

/** The body of the CRM's webhook; `timestamp` is when it happened there. */
export const crmWebhook = z.discriminatedUnion("type", [
  z.object({ type: z.literal("contact.upserted"), timestamp: instant, data: contact }),
  z.object({ type: z.literal("contact.removed"), timestamp: instant, data: contactId }),
]);
