import type { ServerResponse } from "node:http";
import type { HttpCookie, InvocationResponse } from "../rpc.ts";

/** Answers with what the function returned; with 204 when it returned nothing. */
export function sendResponse(response: ServerResponse, result: InvocationResponse): void {
  const http = result.returnValue?.http;
  if (http === undefined) {
    response.writeHead(204).end();
    return;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  const cookies = (http.cookies ?? []).map(cookieText);
  if (cookies.length > 0) {
    const present = response.getHeader("set-cookie");
    response.setHeader("set-cookie", [...(present === undefined ? [] : [String(present)]), ...cookies]);
  }
  response.statusCode = Number(http.statusCode ?? 200);
  const body = http.body?.bytes ?? http.body?.string;
  response.end(body);
}

/** An answer of the host's own, without a body. */
export function sendStatus(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": 0 }).end();
}

/** One Set-Cookie header, as ASP.NET Core writes it. Source: https://www.rfc-editor.org/rfc/rfc6265#section-4.1 */
export function cookieText(cookie: HttpCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  const seconds = cookie.expires?.value?.seconds;
  if (seconds !== undefined) parts.push(`expires=${new Date(seconds * 1000).toUTCString()}`);
  if (cookie.maxAge?.value !== undefined) parts.push(`max-age=${Math.trunc(cookie.maxAge.value)}`);
  if (cookie.domain?.value) parts.push(`domain=${cookie.domain.value}`);
  parts.push(`path=${cookie.path?.value ?? "/"}`);
  if (cookie.secure?.value) parts.push("secure");
  const sameSite = { lax: "lax", strict: "strict", explicitNone: "none", none: undefined }[
    cookie.sameSite ?? "none"
  ];
  if (sameSite !== undefined) parts.push(`samesite=${sameSite}`);
  if (cookie.httpOnly?.value) parts.push("httponly");
  return parts.join("; ");
}
