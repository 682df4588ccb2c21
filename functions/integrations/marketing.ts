import { defineRestIntegration, ignore } from "../../connectors/rest/integration.ts";
import { secret, setting } from "../../engine/define/index.ts";
import { customer } from "../../schemas/customer.ts";

/** Keeps the marketing platform's contacts in step: whoever can be reached, with name and consent. */
export const marketing = defineRestIntegration({
  name: "marketing",
  on: customer,
  when: { changed: ["identity", "contact", "consent"] },
  baseUrl: setting("MARKETING_API_URL"),
  token: secret("MARKETING_API_TOKEN"),
  request: ({ id, identity, contact, consent }) =>
    contact?.email === undefined && contact?.phone === undefined
      ? ignore("there is neither an e-mail address nor a phone number")
      : {
          method: "PUT",
          path: `/contacts/${id}`,
          json: {
            fullName: [identity.givenName, identity.familyName].filter(Boolean).join(" ") || null,
            email: contact.email ?? null,
            phone: contact.phone ?? null,
            consent: { marketing: consent?.marketing ?? null, since: consent?.since ?? null },
          },
        },
  remove: ({ id }) => ({ method: "DELETE", path: `/contacts/${id}` }),
});
