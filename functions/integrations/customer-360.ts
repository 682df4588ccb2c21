import { defineMysqlIntegration } from "../../connectors/mysql/integration.ts";
import { customer } from "../../schemas/customer.ts";

/** One row a customer in `caudal_customer_360`.`customers`, for BI tools: every scalar of the document. */
export const customer360 = defineMysqlIntegration({
  name: "customer-360",
  on: customer,
  table: "customers",
  columns: ({ boolean, datetime, decimal, integer, text }) => ({
    document_type: text(8, (c) => c.identity.documentType),
    document_number: text(32, (c) => c.identity.documentNumber),
    given_name: text(100, (c) => c.identity.givenName),
    family_name: text(100, (c) => c.identity.familyName),
    email: text(254, (c) => c.contact?.email),
    phone: text(16, (c) => c.contact?.phone),
    address_line1: text(200, (c) => c.address?.line1),
    address_line2: text(200, (c) => c.address?.line2),
    city: text(100, (c) => c.address?.city),
    region: text(100, (c) => c.address?.region),
    postal_code: text(16, (c) => c.address?.postalCode),
    country: text(2, (c) => c.address?.country),
    marketing_consent: boolean((c) => c.consent?.marketing),
    consent_since: datetime((c) => c.consent?.since),
    orders: integer((c) => c.commerce?.orders),
    total_spent: decimal(18, 4, (c) => c.commerce?.totalSpent),
    currency: text(3, (c) => c.commerce?.currency),
    last_order_at: datetime((c) => c.commerce?.lastOrderAt),
  }),
});
