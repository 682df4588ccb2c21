import { z } from "zod";
import { defineDocument, personal } from "../engine/define/index.ts";
import { amount, country, currency, instant } from "./values.ts";

/** The parts of a customer's id: the kind of identity paper (`CC`, `NIT`) and its number. */
export const idParts = {
  documentType: z.string().regex(/^[A-Z]{1,8}$/, "must be 1 to 8 capital letters"),
  documentNumber: z.string().regex(/^[A-Za-z0-9]{1,32}$/, "must be 1 to 32 letters or digits"),
};

/** A given or family name: 1 to 100 characters. */
export const personName = personal(z.string().min(1).max(100));
/** An e-mail address: at most 254 characters (RFC 5321, 4.5.3.1.3). */
export const email = personal(z.email().max(254));
/** A phone number in E.164: `+573001234567`. */
export const phone = personal(z.e164());

/** Lines of a postal address, whose members are personal through the object around them. */
export const addressLines = {
  line1: z.string().min(1).max(200),
  line2: z.string().min(1).max(200),
  city: z.string().min(1).max(100),
  region: z.string().min(1).max(100),
  postalCode: z.string().min(1).max(16),
  country,
};

/** The unified document of a customer: what all systems together know of one person. */
export const customer = defineDocument("customer", {
  id: ["documentType", "documentNumber"],
  since: { "consent.since": "consent.marketing" },
  schema: z.strictObject({
    identity: z.strictObject({
      ...idParts,
      givenName: personName.optional(),
      familyName: personName.optional(),
    }),
    contact: personal(z.strictObject({ email: email.optional(), phone: phone.optional() })).optional(),
    address: personal(
      z.strictObject({
        ...addressLines,
        line2: addressLines.line2.optional(),
        region: addressLines.region.optional(),
        postalCode: addressLines.postalCode.optional(),
      }),
    ).optional(),
    /** `since` is kept by the engine: when consent last changed, as the sources saw it. */
    consent: z.strictObject({ marketing: z.boolean(), since: instant }).optional(),
    commerce: z
      .strictObject({
        orders: z.int().nonnegative(),
        totalSpent: amount,
        currency,
        lastOrderAt: instant.optional(),
      })
      .optional(),
  }),
});
