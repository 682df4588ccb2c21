// What an integration may not say. `tsc` is the test.
import { defineMysqlIntegration } from "../../connectors/mysql/integration.ts";
import { apiKey } from "../../connectors/rest/auth/api-key.ts";
import { basic } from "../../connectors/rest/auth/basic.ts";
import { oauth2 } from "../../connectors/rest/auth/oauth2.ts";
import { defineRestIntegration, delivered, ignore, retry } from "../../connectors/rest/integration.ts";
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

// What the destination has, bodies of each kind, and what an answer means: right.
defineRestIntegration({
  ...rest,
  request: ({ id }, { known, remoteId }) =>
    known ? { method: "DELETE", path: `/contacts/${remoteId ?? id}` } : undefined,
  remove: (_removed, { remoteId }) =>
    remoteId === undefined ? ignore("it has none") : { method: "DELETE", path: ["contacts", remoteId] },
  response: ({ status, json }) => {
    if (status === 409) return retry("it is locked", { afterMs: 1_000 });
    return typeof json === "object" ? delivered() : undefined;
  },
});
defineRestIntegration({
  ...rest,
  request: (c) => ({ method: "POST", path: "/", form: { id: c.id, on: true } }),
});
defineRestIntegration({
  ...rest,
  request: () => ({ method: "POST", path: "/", text: "<a/>", contentType: "application/xml" }),
});

// Two bodies, a text without its type, a verdict that is none, JSON of an answer taken on trust.
// @ts-expect-error
defineRestIntegration({ ...rest, request: (c) => ({ method: "PUT", path: "/", json: c.id, form: {} }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => ({ method: "PUT", path: "/", text: "a" }) });
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => undefined, response: () => "delivered" });
// @ts-expect-error
defineRestIntegration({ ...rest, request: () => undefined, response: ({ json }) => delivered(json.id) });

const tokenUrl = setting("SHOP_TOKEN_URL");
const client = { clientId: setting("SHOP_CLIENT"), clientSecret: secret("SHOP_CLIENT_SECRET") };
const user = { username: setting("SHOP_USER"), password: secret("SHOP_PASSWORD") };
const refreshToken = secret("SHOP_REFRESH_TOKEN");

// Each grant with its settings: right.
oauth2({ grant: "client-credentials", tokenUrl, ...client, scope: "a b", credentials: "body" });
oauth2({ grant: "password", tokenUrl, ...client, ...user, tokenIn: { query: "access_token" } });
oauth2({ grant: "refresh-token", tokenUrl, clientId: client.clientId, refreshToken });
defineRestIntegration({ ...rest, auth: basic(user.username, user.password), request: () => undefined });
defineRestIntegration({
  ...rest,
  auth: apiKey({ in: "query", name: "key", key: secret("SHOP_KEY") }),
  request: () => undefined,
});

// A setting that is missing, one of another grant, a grant that is none, a secret in the open.
// @ts-expect-error
oauth2({ grant: "client-credentials", tokenUrl, clientId: client.clientId });
// @ts-expect-error
oauth2({ grant: "password", tokenUrl, ...client, username: user.username });
// @ts-expect-error
oauth2({ grant: "refresh-token", tokenUrl, ...client });
// @ts-expect-error
oauth2({ grant: "client-credentials", tokenUrl, ...client, ...user });
// @ts-expect-error
oauth2({ grant: "password", tokenUrl, ...client, ...user, refreshToken });
// @ts-expect-error
oauth2({ grant: "implicit", tokenUrl, ...client });
// @ts-expect-error
oauth2({ grant: "refresh-token", tokenUrl, ...client, refreshToken: "r-1" });
// @ts-expect-error
oauth2({ grant: "client-credentials", tokenUrl, ...client, credentials: "cookie" });
// @ts-expect-error
apiKey({ in: "cookie", name: "key", key: secret("SHOP_KEY") });

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

const model = { name: "model", on: customer };
const lines = (address: { readonly line1: string } | undefined): readonly { line: string; at: number }[] =>
  address ? [{ line: address.line1, at: 1 }] : [];

// Right: the type of the rows flows into their columns.
defineMysqlIntegration({
  ...model,
  tables: ({ many }) => ({
    customers: { columns: ({ text }) => ({ email: text(254, (c) => c.contact?.email) }) },
    consents: {
      when: (c) => c.consent !== undefined,
      columns: ({ boolean }) => ({ marketing: boolean((c) => c.consent?.marketing) }),
    },
    lines: many({
      rows: (c) => lines(c.address),
      key: ["at"],
      columns: ({ integer, text }) => ({ at: integer((l) => l.at), line: text(200, (l) => l.line) }),
    }),
    initials: many({
      rows: (c) => Array.from(c.identity.givenName ?? ""),
      columns: ({ text }) => ({ initial: text(1, (initial) => initial.toUpperCase()) }),
    }),
  }),
});

// A misspelt member in `rows`, in `when` and in a column of a row, a value of another type than its column, and a key
// that is no column.
defineMysqlIntegration({
  ...model,
  tables: ({ many }) => ({
    // @ts-expect-error
    lines: many({ rows: (c) => lines(c.adress), columns: () => ({}) }),
    // @ts-expect-error
    consents: { when: (c) => c.consnt !== undefined, columns: () => ({}) },
    orders: many({
      rows: (c) => lines(c.address),
      // @ts-expect-error
      columns: ({ text }) => ({ line: text(200, (l) => l.lnie) }),
    }),
    others: many({
      rows: (c) => lines(c.address),
      // @ts-expect-error
      columns: ({ text }) => ({ at: text(200, (l) => l.at) }),
    }),
    keyed: many({
      rows: (c) => lines(c.address),
      // @ts-expect-error
      key: ["att"],
      columns: ({ integer }) => ({ at: integer((l) => l.at) }),
    }),
  }),
});

// Neither a table nor tables; a table without columns.
// @ts-expect-error
defineMysqlIntegration(model);
// @ts-expect-error
defineMysqlIntegration({ ...model, table: "customers" });

// A document in place of a rule.
// @ts-expect-error
defineApp({ documents: [customer], rules: [customer] });
