import { defineMysqlIntegration } from "../../../connectors/mysql/integration.ts";
import { oauth2 } from "../../../connectors/rest/auth/oauth2.ts";
import { defineRestIntegration } from "../../../connectors/rest/integration.ts";
import { type Mapped, type Removed, secret, setting } from "../../../engine/define/index.ts";
import { client } from "./schema.ts";

/** Short, so that a test that lets a system hang is short too. */
const timeoutMs = 1_000;

const request = ({ id, version, profile, work }: Mapped<typeof client>) =>
  ({
    method: "PUT",
    path: `/clients/${id}`,
    json: { version, name: profile.name ?? null, step: work?.step ?? null, note: work?.note ?? null },
  }) as const;
const remove = ({ id }: Removed) => ({ method: "DELETE", path: `/clients/${id}` }) as const;

/** A system behind a bearer token: the one that the tests do harm to. */
export const alpha = defineRestIntegration({
  name: "alpha",
  on: client,
  baseUrl: setting("ALPHA_URL"),
  token: secret("ALPHA_TOKEN"),
  timeoutMs,
  request,
  remove,
});

/** A system whose access tokens come from its own token endpoint. */
export const beta = defineRestIntegration({
  name: "beta",
  on: client,
  baseUrl: setting("BETA_URL"),
  auth: oauth2({
    grant: "client-credentials",
    tokenUrl: setting("BETA_TOKEN_URL"),
    clientId: setting("BETA_CLIENT_ID"),
    clientSecret: secret("BETA_CLIENT_SECRET"),
  }),
  timeoutMs,
  request,
  remove,
});

/** The CRM, which is a source too: what it said itself is not told to it again. */
export const crm = defineRestIntegration({
  name: "crm",
  on: client,
  echoes: "crm",
  baseUrl: setting("CRM_URL"),
  token: secret("CRM_TOKEN"),
  timeoutMs,
  request,
  remove,
});

/** One row a client in `caudal_rows`.`clients`. */
export const rows = defineMysqlIntegration({
  name: "rows",
  on: client,
  table: "clients",
  columns: ({ integer, text }) => ({
    name: text(100, (c) => c.profile.name),
    step: integer((c) => c.work?.step),
    note: text(200, (c) => c.work?.note),
  }),
});
