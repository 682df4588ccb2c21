import type { ContactData, ContactEvent, StoreRecord } from "./day/script.ts";

/** A document as the books have it: members within members, scalars at the ends. */
export interface Leaves {
  [name: string]: string | number | boolean | Leaves;
}

type Scalar = string | number | boolean;

/** What was seen of one field last; null: that there is nothing. */
interface Sight {
  readonly time: string;
  readonly value: Scalar | null;
}

interface Page {
  readonly fields: Map<string, Sight>;
  /** Everything that was ever said of the consent, by the time at which it was; null: that there is none. */
  readonly consents: Map<string, boolean | null>;
  removed: string;
}

/**
 * The shop's own books: what each customer must look like in the end, worked out without anything of Caudal's. Per
 * field the newest observation stands, by the time at which it was made, in whatever order they are written down; a
 * removal wipes out every field that was seen before it.
 */
export class Books {
  readonly #pages = new Map<string, Page>();

  /** Takes down what the CRM says. */
  contact(id: string, { type, timestamp, data }: ContactEvent): void {
    const page = this.#page(id);
    if (type === "contact.removed") {
      if (timestamp > page.removed) page.removed = timestamp;
      page.consents.set(timestamp, null);
      return;
    }
    if (data.marketingConsent !== undefined) page.consents.set(timestamp, data.marketingConsent);
    for (const [field, value] of contactFields(data)) see(page, field, timestamp, value);
  }

  /** Takes down what the online store says. */
  sale(id: string, record: StoreRecord): void {
    const { documentType, documentNumber, orders, totalSpent, currency, lastOrderAt, updatedAt } = record;
    const page = this.#page(id);
    const fields = {
      "identity.documentType": documentType,
      "identity.documentNumber": documentNumber,
      "commerce.orders": orders,
      // Money is kept as a decimal in its shortest form.
      "commerce.totalSpent": String(Number(totalSpent)),
      "commerce.currency": currency,
      "commerce.lastOrderAt": lastOrderAt,
    };
    for (const [field, value] of Object.entries(fields)) see(page, field, updatedAt, value);
  }

  /** Everybody whom the books know, removed ones included. */
  ids(): string[] {
    return [...this.#pages.keys()];
  }

  /** What the document must be; undefined when there must be none. */
  document(id: string): Leaves | undefined {
    const page = this.#page(id);
    const document: Leaves = {};
    for (const [field, { time, value }] of page.fields) {
      if (value === null || time <= page.removed) continue;
      const [subSchema = "", name = ""] = field.split(".");
      const members = (document[subSchema] ??= {}) as Leaves;
      members[name] = value;
    }
    const consent = document["consent"] as Leaves | undefined;
    if (consent) consent["since"] = standingSince(page.consents);
    return Object.keys(document).length > 0 ? document : undefined;
  }

  #page(id: string): Page {
    const page = this.#pages.get(id) ?? { fields: new Map(), consents: new Map(), removed: "" };
    this.#pages.set(id, page);
    return page;
  }
}

/** Since when the newest consent has been what it is: saying it again does not renew it. */
function standingSince(consents: ReadonlyMap<string, boolean | null>): string {
  const said = [...consents].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const newest = said.at(-1)?.[1];
  const before = said.findLastIndex(([, value]) => value !== newest);
  return said[before + 1]?.[0] ?? "";
}

function see(page: Page, field: string, time: string, value: Scalar | null): void {
  const known = page.fields.get(field);
  if (!known || time > known.time) page.fields.set(field, { time, value });
}

const ADDRESS = ["line1", "line2", "city", "region", "postalCode", "country"] as const;

/** What a contact says of which field; fields that it leaves out are not in the list. */
function contactFields(data: ContactData): [field: string, value: Scalar | null][] {
  const { documentType, documentNumber, address, marketingConsent: consent } = data;
  const said: [string, Scalar | null | undefined][] = [
    ["identity.documentType", documentType],
    ["identity.documentNumber", documentNumber],
    ["identity.givenName", data.givenName],
    ["identity.familyName", data.familyName],
    ["contact.email", data.email],
    ["contact.phone", data.phone],
    ["consent.marketing", consent],
    // An address is one thing: a line that the new one lacks is not there.
    ...ADDRESS.map((line): [string, Scalar | null | undefined] => [
      `address.${line}`,
      address === undefined ? undefined : (address?.[line] ?? null),
    ]),
  ];
  return said.filter((entry): entry is [string, Scalar | null] => entry[1] !== undefined);
}
