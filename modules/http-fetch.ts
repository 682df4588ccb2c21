import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { fetchFile } from "../connectors/rest/fetch-file.ts";
import { agentsFor } from "../connectors/rest/targets/agents.ts";
import { PRIVATE_TARGETS } from "../connectors/rest/targets/targets.ts";
import { defineModule, type ModuleDefinition } from "../engine/define/module.ts";
import { secret } from "../engine/define/setting.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import type { Settings } from "../engine/settings/settings.ts";
import { blamingSettings } from "./blaming-settings.ts";
import { signalled } from "./signalled.ts";

/** Most bytes of a file: 512 MiB. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Settings that a sequence may send somewhere: whoever writes sequences must not get at the others by it. */
const SENDABLE = /^SEQUENCE_[A-Z0-9_]{1,100}$/;

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "is no name of a header");
const headerText = z.string().regex(/^[\t\x20-\x7e]{0,8000}$/, "has characters that no header can have");

const config = z.strictObject({
  url: z.string().max(8_000).describe("What is asked for: http:// or https://."),
  method: z.enum(["GET", "POST"]).default("GET"),
  headers: z
    .record(
      headerName,
      z.union([
        headerText,
        z.strictObject({
          setting: z.string().regex(SENDABLE, "must be the name of a setting that begins with SEQUENCE_"),
          prefix: headerText.default("").describe('Goes before its value: "Bearer ".'),
        }),
      ]),
    )
    .default({})
    .describe("Each its text, or the setting that holds it."),
  body: z
    .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
    .optional()
    .describe("Of a POST: a text, or what is sent as JSON."),
});

/**
 * The module `http_fetch`: asks for a file over HTTP and writes it as it comes. Reading it again does no harm, and a
 * POST says by its `Idempotency-Key` that it is the same. `maxBytes`: most of a file; default 512 MiB.
 */
export function httpFetch(
  { settings }: { readonly settings: Settings },
  maxBytes: number = MAX_BYTES,
): ModuleDefinition {
  return defineModule({
    name: "http_fetch",
    config,
    input: "none",
    output: "required",
    async run(step) {
      const { output, signal, idempotencyKey } = step;
      const { url: address, method, headers, body } = step.config;
      const url = URL.parse(address);
      if (!url || !/^https?:$/.test(url.protocol))
        throw new PermanentError(`"url" must be an address that begins with http:// or https://`);
      if (body !== undefined && method === "GET") throw new PermanentError('"body" is for "method": "POST"');
      if (output === undefined) throw new PermanentError("the step names no output");
      const sent = blamingSettings(() => headersOf(headers, settings));
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const defaults = {
        accept: "*/*",
        ...(method === "POST" ? { "idempotency-key": idempotencyKey } : {}),
        ...(text === undefined
          ? {}
          : { "content-type": typeof body === "string" ? "text/plain" : "application/json" }),
      };
      const { status, type, bytes } = await fetchFile({
        method,
        url,
        body: text,
        headers: { ...defaults, ...sent.headers },
        secret: sent.secret,
        maxBytes,
        agents: blamingSettings(() => agentsFor(settings.value(PRIVATE_TARGETS))),
        signal,
      });
      step.log(
        `${method} ${url.origin}${url.pathname} was answered ${status}${type === "" ? "" : ` (${type})`}`,
      );
      const file = createWriteStream(output);
      await signalled(signal, () => pipeline(bytes, file, { signal }));
      step.log(`${file.bytesWritten} bytes`);
      return { status, bytes: file.bytesWritten, type };
    },
  });
}

/**
 * The headers by lower-case name, with the values of settings, which are redacted from then on. Throws a
 * MissingSettingError.
 */
function headersOf(
  given: z.output<typeof config>["headers"],
  settings: Settings,
): { readonly headers: Record<string, string>; readonly secret: ReadonlySet<string> } {
  const headers: Record<string, string> = {};
  const isSecret = new Set(["authorization", "cookie", "proxy-authorization"]);
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (typeof value === "string") headers[lower] = value;
    else {
      headers[lower] = value.prefix + settings.value(secret(value.setting));
      isSecret.add(lower);
    }
  }
  return { headers, secret: isSecret };
}
