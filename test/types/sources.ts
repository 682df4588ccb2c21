// What a receiver, a pull or an event may not say. `tsc` is the test.
import { z } from "zod";
import { restPages } from "../../connectors/rest/pages.ts";
import { standardWebhook } from "../../connectors/webhooks/standard.ts";
import {
  defineEvent,
  defineImport,
  definePull,
  defineReceiver,
  secret,
  setting,
} from "../../engine/define/index.ts";
import { contactListed, contactRow } from "../../schemas/contacts.ts";
import { crmContactUpserted, crmWebhook } from "../../schemas/crm.ts";
import { customer } from "../../schemas/customer.ts";
import { storeCustomer, storePage, storeRecord } from "../../schemas/store.ts";

const time = "2025-03-01T10:00:00Z";
const verify = standardWebhook(secret("CRM_WEBHOOK_SECRET"));
const pages = restPages({
  baseUrl: setting("STORE_API_URL"),
  path: "/customers",
  query: ({ since, page }) => ({ since, page }),
  response: storePage,
  records: (page) => page.items,
  next: (page) => page.nextPage,
});

// An event without a part of the id that it speaks of.
// @ts-expect-error
defineEvent("crm.note", { about: customer, data: z.object({ documentType: z.string() }) });

// An observation that nobody parsed, misses the id, or has no time.
declare const unparsed: unknown;
// @ts-expect-error
crmContactUpserted.of(unparsed, { time });
// @ts-expect-error
crmContactUpserted.of({ documentType: "CC" }, { time });
// @ts-expect-error
crmContactUpserted.of({ documentType: "CC", documentNumber: "1" });

// A misspelt member of the body.
defineReceiver({
  source: "crm",
  verify,
  body: crmWebhook,
  // @ts-expect-error
  events: (body) => [crmContactUpserted.of(body.dta, { time: body.timestamp })],
});

// A body that is still untold: the removal has no contact.
defineReceiver({
  source: "crm",
  verify,
  body: crmWebhook,
  // @ts-expect-error
  events: (body) => [crmContactUpserted.of({ ...body.data, email: body.data.email }, { time })],
});

// A mutated body.
defineReceiver({
  source: "crm",
  verify,
  body: crmWebhook,
  events: (body) => {
    // @ts-expect-error
    body.timestamp = time;
    return [];
  },
});

// A bare event, without `of`.
// @ts-expect-error
defineReceiver({ source: "crm", verify, body: crmWebhook, events: (body) => [body.data] });

// A receiver without a verifier, and a secret in the open.
// @ts-expect-error
defineReceiver({ source: "crm", body: crmWebhook, events: () => [] });
// @ts-expect-error
standardWebhook("whsec_AAAA");

// A record that the pull did not parse.
definePull({
  source: "store",
  schedule: "0 */5 * * * *",
  pages,
  record: z.unknown(),
  // @ts-expect-error
  events: (record) => [storeCustomer.of(record, { time })],
});

// A misspelt member of a record.
definePull({
  source: "store",
  schedule: "0 */5 * * * *",
  pages,
  record: storeRecord,
  // @ts-expect-error
  events: (record) => [storeCustomer.of(record, { time: record.updated })],
});

// A misspelt column of a row, a row that nobody parsed, a mutated one, and an event without a time.
const contacts = { dataset: "contacts", source: "contacts-list" };
defineImport({
  ...contacts,
  row: contactRow,
  // @ts-expect-error
  events: (row) => [contactListed.of({ documentType: row.document_typ, documentNumber: "1" }, { time })],
});
defineImport({
  ...contacts,
  row: z.unknown(),
  // @ts-expect-error
  events: (row) => [contactListed.of(row, { time })],
});
defineImport({
  ...contacts,
  row: contactRow,
  events: (row) => {
    // @ts-expect-error
    row.email = "a@example.com";
    return [];
  },
});
defineImport({
  ...contacts,
  row: contactRow,
  // @ts-expect-error
  events: (row) => [contactListed.of({ documentType: row.document_type, documentNumber: "1" })],
});

// A misspelt member of a page, and of the position in the query.
restPages({
  baseUrl: setting("STORE_API_URL"),
  path: "/customers",
  // @ts-expect-error
  query: ({ from }) => ({ from }),
  response: storePage,
  // @ts-expect-error
  records: (page) => page.itmes,
  next: (page) => page.nextPage,
});
