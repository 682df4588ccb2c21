import { standardWebhook } from "../../../connectors/webhooks/standard.ts";
import { defineApp, defineReceiver, secret } from "../../../engine/define/index.ts";
import { alpha, beta, crm, rows } from "./integrations.ts";
import { clientFromCrm, clientFromDesk } from "./rules.ts";
import { client, crmNamed, crmWebhook, deskWebhook, deskWorked } from "./schema.ts";

const verify = standardWebhook(secret("WEBHOOK_SECRET"));

/** The app to which the tests do harm: two sources, one document, three REST systems and a table. */
export default defineApp({
  documents: [client],
  receivers: [
    defineReceiver({
      source: "desk",
      verify,
      body: deskWebhook,
      events: ({ timestamp: time, data }) => [deskWorked.of(data, { time })],
    }),
    defineReceiver({
      source: "crm",
      verify,
      body: crmWebhook,
      events: ({ timestamp: time, data }) => [crmNamed.of(data, { time })],
    }),
  ],
  rules: [clientFromDesk, clientFromCrm],
  integrations: [alpha, beta, crm, rows],
});
