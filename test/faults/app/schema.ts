import { z } from "zod";
import { defineDocument, defineEvent } from "../../../engine/define/index.ts";

const number = z.string().regex(/^[A-Za-z0-9]{1,32}$/, "must be 1 to 32 letters or digits");
const name = z.string().min(1).max(100);

/** A client: a name, and how far the work for it has come. */
export const client = defineDocument("client", {
  id: ["number"],
  schema: z.strictObject({
    profile: z.strictObject({ number, name: name.optional() }),
    work: z.strictObject({ step: z.int(), note: z.string().max(200).optional() }).optional(),
  }),
});

const work = z.object({ number, name: name.nullish(), step: z.int(), note: z.string().max(200).nullish() });
const said = z.object({ number, name });

/** The front desk says how far the work for a client has come. */
export const deskWorked = defineEvent("desk.worked", { about: client, data: work });
/** The CRM says what a client is called. */
export const crmNamed = defineEvent("crm.named", { about: client, data: said });

const timestamp = z.iso.datetime({ offset: true });

/** The front desk's webhook. */
export const deskWebhook = z.object({ timestamp, data: work });
/** The CRM's webhook. */
export const crmWebhook = z.object({ timestamp, data: said });
