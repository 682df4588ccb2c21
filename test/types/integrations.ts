// What an integration may not say. `tsc` is the test.
import { defineMysqlIntegration } from "../../connectors/mysql/integration.ts";
import { defineRestIntegration, ignore } from "../../connectors/rest/integration.ts";
import { defineApp, secret, setting } from "../../engine/define/index.ts";
import { customer } from "../../schemas/customer.ts";

const rest = { name: "shop", on: customer, baseUrl: setting("SHOP_URL") };

// All of these are right.
defineRestIntegration({
  ...rest,
  when: { changed: ["contact", "identity"] },
  request: (c) => ({ method: "PUT", path: `/contacts/${c.id}`, json: { email: c.contact?.email } }),
});
defineRestIntegration({ ...rest, request: (c) => (c.contact ? undefined : ignore("nothing to say")) });
defineRestIntegration({
  ...rest,
  request: (c) => ({ method: "POST", path: ["contacts", c.key], query: { version: c.version } }),
  remove: ({ id }) => ({ method: "DELETE", path: `/contacts/${id}` }),
});

// `changed` names no sub-schema.
// @ts-expect-error
defineRestIntegration({ ...rest, when: { changed: ["contcat"] }, request: () => undefined });

// A misspelt sub-schema, a misspelt member, and a sub-schema that may be missing.
// @ts-expect-error
defineRestIntegration({ ...rest, request: (c) => ({ method: "PUT", path: "/", json: c.contcat }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: (c) => ({ method: "PUT", path: "/", json: c.contact?.emial }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: (c) => ({ method: "PUT", path: "/", json: c.contact.email }) });

// A misspelt member of the request, a method that HTTP has not, a request without a path.
// @ts-expect-error
defineRestIntegration({ ...rest, request: (c) => ({ method: "PUT", path: "/", jsno: c.id }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => ({ method: "SEND", path: "/" }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => ({ method: "PUT" }) });

// A mutated document.
defineRestIntegration({
  ...rest,
  request: (c) => {
    // @ts-expect-error
    c.identity.givenName = "Eva";
    return undefined;
  },
});

// The document of a removed entity.
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => undefined, remove: (c) => ignore(c.contact.email) });

// An address or a token in the open.
// @ts-expect-error
defineRestIntegration({ ...rest, baseUrl: "https://shop.example.com", request: () => undefined });
// @ts-expect-error
defineRestIntegration({ ...rest, token: "tok", request: () => undefined });
defineRestIntegration({ ...rest, token: secret("SHOP_TOKEN"), request: () => undefined });

const mysql = { name: "model", on: customer, table: "customers" };

// Right.
defineMysqlIntegration({ ...mysql, columns: ({ text }) => ({ email: text(254, (c) => c.contact?.email) }) });

// A misspelt member in a column, and a value of another type than its column.
defineMysqlIntegration({
  ...mysql,
  // @ts-expect-error
  columns: ({ text }) => ({ email: text(254, (c) => c.contact?.emial) }),
});
defineMysqlIntegration({
  ...mysql,
  // @ts-expect-error
  columns: ({ boolean }) => ({ orders: boolean((c) => c.commerce?.orders) }),
});

// A document in place of a rule.
// @ts-expect-error
defineApp({ documents: [customer], rules: [customer] });
