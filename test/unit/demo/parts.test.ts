import { expect, test } from "vitest";
import { z } from "zod";
import { restPages } from "../../../connectors/rest/pages.ts";
import { defineRestIntegration } from "../../../connectors/rest/integration.ts";
import { defineApp, definePull, secret, setting } from "../../../engine/define/index.ts";
import { closedSettings, runningOf } from "../../../demo/parts.ts";
import { customer360 } from "../../../functions/integrations/customer-360.ts";
import { customer } from "../../../schemas/customer.ts";

const tills = defineRestIntegration({
  name: "tills",
  on: customer,
  baseUrl: setting("TILLS_API_URL"),
  token: secret("TILLS_API_TOKEN"),
  request: ({ id }) => ({ method: "DELETE", path: `/discounts/${id}` }),
});
const club = definePull({
  source: "club",
  schedule: "0 0 * * * *",
  pages: restPages({
    baseUrl: setting("CLUB_API_URL"),
    path: "/members",
    query: () => ({}),
    response: z.array(z.unknown()),
    records: (page) => page,
    next: () => null,
  }),
  record: z.object({}),
  events: () => [],
});
const app = defineApp({
  documents: [customer],
  pulls: [club],
  rules: [],
  integrations: [customer360, tills],
});

test("what an app asks for and the demo does not set is empty, but for the MySQL of the stack", () => {
  expect(closedSettings(app, { TILLS_API_URL: "http://127.0.0.1:1" })).toEqual({
    TILLS_API_URL: "http://127.0.0.1:1",
    TILLS_API_TOKEN: "",
    CAUDAL_PRIVATE_TARGETS: "",
    CLUB_API_URL: "",
    CLUB_PULL_SCHEDULE: "",
  });
});

test("the demo waits for the integrations that run, and for no others", () => {
  const off = [
    { what: "receiver crm", missing: ["CRM_WEBHOOK_SECRET"] },
    { what: "integration tills", missing: ["TILLS_API_URL", "TILLS_API_TOKEN"] },
  ];
  expect(runningOf(app, off)).toEqual([customer360]);
  expect(runningOf(app, [])).toEqual([customer360, tills]);
});
