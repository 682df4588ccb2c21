import { createHash, timingSafeEqual } from "node:crypto";
import { createKnownTokens, type KnownTokens } from "../../engine/access/known-tokens.ts";
import { isJobToken, readJobToken } from "../../engine/access/job-token.ts";
import { ROLES, rolesHeld } from "../../engine/access/roles.ts";
import { secret } from "../../engine/define/index.ts";
import type { Ports } from "../../engine/ports.ts";
import { keyOf, SECRETS_KEY } from "../../engine/secrets/seal.ts";
import type { Services } from "../services.ts";
import { type ApiRequest, type Caller, type CallerRole, problem, Refused } from "./http.ts";

/** The first operator's token, which makes the others. */
export const OPERATOR_TOKEN = secret("CAUDAL_OPERATOR_TOKEN");

/** Who the first operator's token stands for. */
const FIRST: Caller = { name: "operator", roles: ROLES };

/** Names in records that are no token's: the first operator, whoever calls an open route, and what no one started. */
export const OWN_NAMES: readonly string[] = [FIRST.name, "anonymous", "timer"];

/**
 * Who calls, where the token holds one of `roles`; an operator passes everywhere. The first operator's token is known
 * without the store. Throws a Refused of 401 or 403; rejects when the store fails at another token.
 */
export async function authorize(
  request: ApiRequest,
  roles: readonly CallerRole[],
  services: Pick<Services, "settings" | "ports">,
): Promise<Caller> {
  const bearer = /^Bearer +(\S+)$/i.exec(request.header("authorization") ?? "")?.[1];
  const token = bearer ?? request.header("x-caudal-token");
  if (token === undefined) {
    throw new Refused(unauthorized("Send a token as Authorization: Bearer or X-Caudal-Token."));
  }
  const caller = (await callerOf(token, services)) ?? unknown();
  if (!roles.some((role) => caller.roles.includes(role)) && !caller.roles.includes("operator")) {
    const needed = roles.filter((role) => role !== "job");
    throw new Refused(problem(403, `This needs the role ${needed.join(" or ")}.`));
  }
  return caller;
}

/** Whether a caller may do everything. */
export function isOperator({ roles }: Caller): boolean {
  return roles.includes("operator");
}

/** Whether a caller has the right to see personal values. */
export function seesPersonal(caller: Caller): boolean {
  return isOperator(caller);
}

/** What this host knows of the tokens in a store. */
export function knownTokens(ports: Ports): KnownTokens {
  const known = tokensOf.get(ports) ?? createKnownTokens(ports);
  tokensOf.set(ports, known);
  return known;
}

const tokensOf = new WeakMap<Ports, KnownTokens>();

async function callerOf(
  token: string,
  services: Pick<Services, "settings" | "ports">,
): Promise<Caller | undefined> {
  const { settings } = services;
  const first = settings.missing([OPERATOR_TOKEN]).length === 0 && settings.value(OPERATOR_TOKEN);
  if (first !== false && sameSecret(token, first)) return FIRST;
  if (isJobToken(token)) return jobOf(token, services);
  const found = await knownTokens(services.ports).find(token);
  return found && { name: found.name, roles: rolesHeld(found.roles) };
}

/** The job that a token was signed for; undefined where it was not, or its time is over. */
function jobOf(token: string, { settings, ports }: Pick<Services, "settings" | "ports">): Caller | undefined {
  if (settings.missing([SECRETS_KEY]).length > 0) return undefined;
  const pass = readJobToken(keyOf(SECRETS_KEY, settings.value(SECRETS_KEY)), token, ports.clock.now());
  return pass && { name: `job ${pass.model}`, roles: ["job"] };
}

function unknown(): never {
  throw new Refused(unauthorized("The token is not known here."));
}

function unauthorized(detail: string): ReturnType<typeof problem> {
  return problem(401, detail, { headers: { "www-authenticate": "Bearer" } });
}

/** Compares in a time that tells nothing of where two secrets differ, nor of their lengths. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
