import { z } from "zod";
import type { RestAuth } from "../../../../connectors/rest/auth/auth.ts";
import { bearerToken } from "../../../../connectors/rest/auth/bearer-token.ts";
import {
  defineRestIntegration,
  type RestAnswer,
  type RestResponse,
  type RestVerdict,
} from "../../../../connectors/rest/integration.ts";
import type { AtDestination } from "../../../../connectors/rest/request.ts";
import {
  type Attempt,
  defineDocument,
  type Mapped,
  type Removed,
  secret,
  setting,
} from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../../../engine/errors/retryable-error.ts";
import { attemptContext, type TestContext } from "./attempt-context.ts";

/** What the integration of the tests follows. */
export const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({
    identity: z.strictObject({ number: z.string() }),
    contact: z.strictObject({ email: z.string() }).optional(),
  }),
});
/** Must show up nowhere. */
export const TOKEN = "tok-planted-7f3a";

/** What is particular about one delivery. */
export interface Given {
  baseUrl: string;
  token?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Default: a bearer token. */
  auth?: RestAuth;
  /** Default: one of its own. */
  context?: TestContext;
  request?: (c: Mapped<typeof person>, there: AtDestination) => RestAnswer;
  remove?: (removed: Removed, there: AtDestination) => RestAnswer;
  response?: (answer: RestResponse) => RestVerdict | undefined;
  /** What the destination has. Default: nothing. */
  there?: { known: boolean; remoteId?: string };
  /** The run that wants it again. */
  again?: string;
  /** The id of the entity. Default 7. */
  id?: string;
  removed?: boolean;
}

/** Makes one delivery of version 3 of a person. */
export async function deliver(given: Given): Promise<Attempt> {
  const { baseUrl, token = TOKEN, id = "7", removed = false, signal = new AbortController().signal } = given;
  const { destination } = defineRestIntegration({
    name: "shop",
    on: person,
    baseUrl: setting("SHOP_URL"),
    auth: given.auth ?? bearerToken(secret("SHOP_TOKEN")),
    ...(given.timeoutMs === undefined ? {} : { timeoutMs: given.timeoutMs }),
    request:
      given.request ??
      ((c) => ({ method: "PUT", path: `/people/${c.id}`, json: { email: c.contact?.email ?? null } })),
    ...(given.remove ? { remove: given.remove } : {}),
    ...(given.response ? { response: given.response } : {}),
  });
  const data = removed ? undefined : { identity: { number: "7" }, contact: { email: "a@example.com" } };
  const there = given.there ?? { known: false };
  const snapshot = {
    key: `person|${id}`,
    entity: "person",
    id,
    version: 3,
    data: data as never,
    ...there,
    ...(given.again === undefined ? {} : { again: given.again }),
  };
  const context = given.context ?? attemptContext({ SHOP_URL: baseUrl, SHOP_TOKEN: token }, signal);
  return destination.deliver(snapshot, context);
}

/** The error that an attempt ends in. */
export async function fault(attempt: Promise<Attempt>): Promise<RetryableError | PermanentError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RetryableError || error instanceof PermanentError) return error;
  throw new Error(`expected a RetryableError or a PermanentError, got ${String(error)}`);
}

/** Everything that could be read from a value, causes of errors included. */
export function deepText(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value);
  const own = Object.fromEntries(
    Object.getOwnPropertyNames(value).map((name) => [name, Reflect.get(value, name)]),
  );
  const { cause, ...rest } = own;
  return JSON.stringify(rest) + (cause === undefined ? "" : deepText(cause));
}
