import { restPages } from "../../connectors/rest/pages.ts";
import { definePull, setting } from "../../engine/define/index.ts";
import { storeCustomer, storePage, storeRecord } from "../../schemas/store.ts";

/** Asks the online store for the customers that changed, every five minutes unless set otherwise. */
export const store = definePull({
  source: "store",
  schedule: setting("STORE_PULL_SCHEDULE", "0 */5 * * * *"),
  pages: restPages({
    baseUrl: setting("STORE_API_URL"),
    path: "/customers",
    query: ({ since, page }) => ({ updatedSince: since, page, pageSize: 100 }),
    response: storePage,
    records: (page) => page.items,
    next: (page) => page.nextPage,
  }),
  record: storeRecord,
  events: (record) => [storeCustomer.of(record, { time: record.updatedAt })],
});
