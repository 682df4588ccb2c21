import { describe, expect, test } from "vitest";
import { crmContactUpserted, crmWebhook } from "../../../schemas/crm.ts";
import { customer } from "../../../schemas/customer.ts";

const data = { documentType: "CC", documentNumber: "1020" };
const body = { type: "contact.upserted", timestamp: "2025-03-01T05:00:00-05:00", data };
const faults = (given: object): string[] =>
  crmWebhook.safeParse(given).error?.issues.map((issue) => issue.path.join(".")) ?? [];

describe("the body of the CRM's webhook", () => {
  test("is taken with nothing but the id, its time as UTC", () => {
    expect(crmWebhook.parse(body)).toEqual({ ...body, timestamp: "2025-03-01T10:00:00.000Z" });
  });

  test("may grow: members that we do not know are left out", () => {
    const grown = { ...body, spare: 1, data: { ...data, loyalty: "gold" } };
    expect(crmWebhook.parse(grown)).toEqual(crmWebhook.parse(body));
  });

  test("keeps null apart from absent", () => {
    expect(crmWebhook.parse({ ...body, data: { ...data, email: null } }).data).toEqual({
      ...data,
      email: null,
    });
  });

  test.each([
    ["a type that nobody knows", { ...body, type: "contact.merged" }, ["type"]],
    ["no time", { ...body, timestamp: undefined }, ["timestamp"]],
    ["a time without an offset", { ...body, timestamp: "2025-03-01T10:00:00" }, ["timestamp"]],
    ["no id", { ...body, data: {} }, ["data.documentType", "data.documentNumber"]],
    [
      "an id of another form",
      { ...body, data: { ...data, documentNumber: "10-20" } },
      ["data.documentNumber"],
    ],
    ["a wrong type", { ...body, data: { ...data, email: 7 } }, ["data.email"]],
    ["no e-mail address", { ...body, data: { ...data, email: "ana@" } }, ["data.email"]],
    ["a phone number without country", { ...body, data: { ...data, phone: "3001234567" } }, ["data.phone"]],
    [
      "half an address",
      { ...body, data: { ...data, address: { line1: "Calle 1" } } },
      ["data.address.city", "data.address.country"],
    ],
    ["consent in words", { ...body, data: { ...data, marketingConsent: "yes" } }, ["data.marketingConsent"]],
    [
      "a name beyond 100 characters",
      { ...body, data: { ...data, givenName: "a".repeat(101) } },
      ["data.givenName"],
    ],
  ])("is refused with the path of the fault: %s", (_what, given, expected) => {
    expect(faults(given)).toEqual(expected);
  });

  test("personal members are marked, in the event as in the document", () => {
    const paths = (definition: { personal: readonly (readonly string[])[] }): string[] =>
      definition.personal.map((path) => path.join("."));
    expect(paths(crmContactUpserted)).toEqual(["givenName", "familyName", "email", "phone", "address"]);
    expect(paths(customer)).toEqual(["identity.givenName", "identity.familyName", "contact", "address"]);
  });
});
