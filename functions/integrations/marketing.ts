import { defineRestIntegration, ignore } from "../../connectors/rest/integration.ts";
import { secret, setting } from "../../engine/define/index.ts";
import { customer } from "../../schemas/customer.ts";

/**
 * Keeps the marketing platform's contacts in step: whoever can be reached, with name and consent. Whoever no longer
 * can be is withdrawn.
 */
export const marketing = defineRestIntegration({
  name: "marketing",
  on: customer,
  when: { changed: ["identity", "contact", "consent"] },
  baseUrl: setting("MARKETING_API_URL"),
  token: secret("MARKETING_API_TOKEN"),
  request: ({ id, identity, contact, consent }, { known }) => {
    const path = `/contacts/${id}`;
    if (contact?.email === undefined && contact?.phone === undefined) {
      if (known) return { method: "DELETE", path };
      return ignore("there is neither an e-mail address nor a phone number");
    }
    return {
      method: "PUT",
      path,
      json: {
        fullName: [identity.givenName, identity.familyName].filter(Boolean).join(" ") || null,
        email: contact.email ?? null,
        phone: contact.phone ?? null,
        consent: { marketing: consent?.marketing ?? null, since: consent?.since ?? null },
      },
    };
  },
  remove: ({ id }) => ({ method: "DELETE", path: `/contacts/${id}` }),
});
