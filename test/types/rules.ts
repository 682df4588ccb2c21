// What a rule may not say. `tsc` is the test: an expected error that does not come is an error itself.
import { defineRule, merge, remove, skip } from "../../engine/define/index.ts";
import { crmContactUpserted } from "../../schemas/crm.ts";
import { customer } from "../../schemas/customer.ts";

const on = crmContactUpserted;
const to = customer;
const identity = { documentType: "CC", documentNumber: "1" };

// All of these are right.
defineRule({
  on,
  to,
  apply: (current) => ({ ...current, identity, contact: { email: "a@example.com" } }),
});
defineRule({ on, to, apply: (current, { data }) => merge(current, { contact: { email: data.email } }) });
defineRule({ on, to, apply: (current) => current ?? skip("nobody there") });
defineRule({ on, to, apply: () => remove("gone"), touches: ["contact", "address"] });

// A misspelt sub-schema in the answer.
// @ts-expect-error
defineRule({ on, to, apply: (current) => ({ ...current, identity, contct: { email: "a@example.com" } }) });

// A misspelt field within a sub-schema.
// @ts-expect-error
defineRule({ on, to, apply: (current) => ({ ...current, identity, contact: { emial: "a@example.com" } }) });

// A misspelt field in a merge.
// @ts-expect-error
defineRule({ on, to, apply: (current) => merge(current, { contact: { emial: "a@example.com" } }) });

// A field of the wrong type.
// @ts-expect-error
defineRule({ on, to, apply: (current) => merge(current, { consent: { marketing: "yes" } }) });

// An answer without a required sub-schema.
// @ts-expect-error
defineRule({ on, to, apply: () => ({ contact: { email: "a@example.com" } }) });

// A field that the event does not have.
// @ts-expect-error
defineRule({ on, to, apply: (current, { data }) => merge(current, { contact: { email: data.mail } }) });

// A document that may not be there yet.
// @ts-expect-error
defineRule({ on, to, apply: (current) => ({ identity: current.identity }) });

// A mutated document, at the top and in the depth.
defineRule({
  on,
  to,
  apply: (current) => {
    if (!current) return skip("nobody there");
    // @ts-expect-error
    current.contact = {};
    // @ts-expect-error
    if (current.contact) current.contact.email = "b@example.com";
    // @ts-expect-error
    delete current.identity.givenName;
    return current;
  },
});

// A mutated event.
defineRule({
  on,
  to,
  apply: (current, event) => {
    // @ts-expect-error
    event.data.email = null;
    return current ?? skip("nobody there");
  },
});

// A sub-schema that does not exist in `touches`.
// @ts-expect-error
defineRule({ on, to, apply: () => remove("gone"), touches: ["contct"] });

// An answer that comes later.
// @ts-expect-error
defineRule({ on, to, apply: async (current) => ({ ...current, identity }) });
