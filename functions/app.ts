import { defineApp } from "../engine/define/index.ts";
import { customerFromContacts } from "../rules/customer-from-contacts.ts";
import { customerFromCrm } from "../rules/customer-from-crm.ts";
import { customerFromStore } from "../rules/customer-from-store.ts";
import { customerRemovedByCrm } from "../rules/customer-removed-by-crm.ts";
import { customer } from "../schemas/customer.ts";
import { contacts } from "./imports/contacts.ts";
import { customer360 } from "./integrations/customer-360.ts";
import { marketing } from "./integrations/marketing.ts";
import { store } from "./pulls/store.ts";
import { crm } from "./receivers/crm.ts";

/** The whole system on one screen: what comes in, what it means, what goes out. */
export default defineApp({
  documents: [customer],
  receivers: [crm],
  pulls: [store],
  imports: [contacts],
  rules: [customerFromCrm, customerRemovedByCrm, customerFromStore, customerFromContacts],
  integrations: [marketing, customer360],
});
