import { defineRule, merge } from "../../../engine/define/index.ts";
import { client, crmNamed, deskWorked } from "./schema.ts";

/** The note on which the rule below fails until somebody mends it. */
export const POISON = "poison";

/** Not pure, on purpose: the environment tells it whether it was mended, so that a restart is a fix. */
export const clientFromDesk = defineRule({
  on: deskWorked,
  to: client,
  apply: (current, { data: { number, name, step, note } }) => {
    if (note === POISON && process.env["RULE_MENDED"] !== "yes") throw new Error("this note cannot be read");
    return merge(current, { profile: { number, name }, work: { step, note } });
  },
});

/** What the CRM calls a client. */
export const clientFromCrm = defineRule({
  on: crmNamed,
  to: client,
  apply: (current, { data: { number, name } }) => merge(current, { profile: { number, name } }),
});
