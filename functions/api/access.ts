import { createHash, timingSafeEqual } from "node:crypto";
import { secret } from "../../engine/define/index.ts";
import type { Settings } from "../../engine/settings/settings.ts";
import { type ApiRequest, problem, Refused, type Role } from "./http.ts";

/** The first operator's token. Without it, nobody passes. */
export const OPERATOR_TOKEN = secret("CAUDAL_OPERATOR_TOKEN");

/** Lets a request pass whose token holds one of `roles`. Throws a Refused of 401 or 403. */
export function authorize(request: ApiRequest, roles: readonly Role[], settings: Settings): void {
  const bearer = /^Bearer +(\S+)$/i.exec(request.header("authorization") ?? "")?.[1];
  const token = bearer ?? request.header("x-caudal-token");
  if (token === undefined) {
    throw new Refused(unauthorized("Send a token as Authorization: Bearer or X-Caudal-Token."));
  }
  const known = settings.missing([OPERATOR_TOKEN]).length === 0;
  if (!known || !sameSecret(token, settings.value(OPERATOR_TOKEN))) {
    throw new Refused(unauthorized("The token is not known here."));
  }
  if (!roles.includes("operator"))
    throw new Refused(problem(403, `This needs the role ${roles.join(" or ")}.`));
}

function unauthorized(detail: string): ReturnType<typeof problem> {
  return problem(401, detail, { headers: { "www-authenticate": "Bearer" } });
}

/** Compares in a time that tells nothing of where two secrets differ, nor of their lengths. */
function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
