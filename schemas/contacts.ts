import { z } from "zod";
import { defineEvent } from "../engine/define/index.ts";
import { customer, email, idParts, personName, phone } from "./customer.ts";
import { instant } from "./values.ts";

/** What a list of contacts says of one; what it leaves out stays as it is. */
const contact = {
  givenName: personName.optional(),
  familyName: personName.optional(),
  email: email.optional(),
  phone: phone.optional(),
};

/** A contact as somebody's list has it. */
export const contactListed = defineEvent("contacts.listed", {
  about: customer,
  data: z.object({ ...idParts, ...contact }),
});

/** A cell of something that may be left out: an empty one says nothing. */
const cell = <Schema extends z.ZodOptional>(schema: Schema): z.ZodPreprocess<Schema> =>
  z.preprocess((text) => (text === "" ? undefined : text), schema);

/** A row of the list; `updated_at` is when the contact was last looked after there. */
export const contactRow = z.object({
  document_type: idParts.documentType,
  document_number: idParts.documentNumber,
  given_name: cell(contact.givenName),
  family_name: cell(contact.familyName),
  email: cell(contact.email),
  phone: cell(contact.phone),
  updated_at: instant,
});
