import { defineImport } from "../../engine/define/index.ts";
import { contactListed, contactRow } from "../../schemas/contacts.ts";

/** Takes in lists of contacts: each file that is loaded into the dataset `contacts`. */
export const contacts = defineImport({
  dataset: "contacts",
  source: "contacts-list",
  row: contactRow,
  events: ({ document_type, document_number, given_name, family_name, email, phone, updated_at }) => [
    contactListed.of(
      {
        documentType: document_type,
        documentNumber: document_number,
        givenName: given_name,
        familyName: family_name,
        email,
        phone,
      },
      { time: updated_at },
    ),
  ],
});
