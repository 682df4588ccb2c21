import { standardWebhook } from "../../connectors/webhooks/standard.ts";
import { defineReceiver, secret } from "../../engine/define/index.ts";
import { crmContactRemoved, crmContactUpserted, crmWebhook } from "../../schemas/crm.ts";

/** The CRM's webhook, signed after the Standard Webhooks specification. */
export const crm = defineReceiver({
  source: "crm",
  verify: standardWebhook(secret("CRM_WEBHOOK_SECRET")),
  body: crmWebhook,
  events: ({ type, timestamp: time, data }) => [
    type === "contact.removed" ? crmContactRemoved.of(data, { time }) : crmContactUpserted.of(data, { time }),
  ],
});
