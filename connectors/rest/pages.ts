import type { z } from "zod";
import type {
  AttemptContext,
  PageReader,
  PullPosition,
  PulledPage,
  Setting,
} from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { addressOf, baseAddress, type Path, type Query } from "./address.ts";
import type { RestAuth } from "./auth/auth.ts";
import { bearerToken } from "./auth/bearer-token.ts";
import { letIn } from "./auth/let-in.ts";
import type { HttpAnswer, HttpCall } from "./exchange.ts";
import { agentsFor } from "./targets/agents.ts";
import { PRIVATE_TARGETS } from "./targets/targets.ts";
import { failure, succeeded } from "./verdict.ts";

/** How the pages of a REST source are asked for and read. */
export interface RestPagesOptions<Response extends z.ZodType> {
  /** The source's base address. */
  baseUrl: Setting;
  /** What is listed: `/customers`. */
  path: Path;
  /**
   * The query of one page. A change at the source must not move records that are yet to be read to a page that was
   * read, where they would be skipped: ask for an order in which it does not, such as the last changed first.
   */
  query: (position: PullPosition) => Query;
  /** What a page looks like; records stay `unknown` here, the pull parses each on its own. */
  response: Response;
  /** The records in a page. */
  records: (response: z.output<NoInfer<Response>>) => readonly unknown[];
  /** The page to ask for next, a greater whole number (anything else ends the run as failed); null on the last one. */
  next: (response: z.output<NoInfer<Response>>) => number | null;
  /** How requests are let in: `bearerToken`, `basic`, `apiKey` or `oauth2` of `auth/`. Default: by nothing. */
  auth?: RestAuth;
  /** The short form of `auth: bearerToken(…)`. */
  token?: Setting;
}

/** For one page, from the request to its last byte, in milliseconds. */
const TIMEOUT_MS = 30_000;
/** Largest page, in bytes: 32 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Reads pages with GET. Reading throws a RetryableError on 401, 403, 407, 408, 425, 429, 5xx, network faults and
 * addresses that are not public, unless `CAUDAL_PRIVATE_TARGETS` lists them, and a PermanentError on every other
 * status, a page over 32 MB, or one that is not as `response` says. Throws a TypeError for both `auth` and `token`.
 */
export function restPages<Response extends z.ZodType>(options: RestPagesOptions<Response>): PageReader {
  const { baseUrl, token, response, records, next } = options;
  if (options.auth && token) throw new TypeError("restPages: give auth or token, not both");
  const auth = token ? bearerToken(token) : options.auth;
  const callOf = (position: PullPosition, { value, signal }: AttemptContext): HttpCall => ({
    method: "GET",
    url: addressOf(baseAddress(baseUrl, value(baseUrl)), options.path, options.query(position)),
    headers: { accept: "application/json" },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    agents: agentsFor(value(PRIVATE_TARGETS)),
    signal,
  });
  const answered = async (
    position: PullPosition,
    context: AttemptContext,
  ): Promise<{ what: string; answer: HttpAnswer }> => {
    try {
      const call = callOf(position, context);
      return { what: `GET ${call.url.href}`, answer: (await letIn(call, auth, context)).answer };
    } catch (error) {
      // Nothing to wait for: the run fails, and the next one finds the setting mended.
      if (error instanceof InvalidSettingError) throw new PermanentError(error.message, { cause: error });
      throw error;
    }
  };
  return {
    settings: [baseUrl, ...(auth?.settings ?? []), PRIVATE_TARGETS],
    async read(position, context): Promise<PulledPage> {
      const { what, answer } = await answered(position, context);
      if (!succeeded("GET", answer.status)) throw failure(what, answer);
      if (answer.truncated) throw new PermanentError(`${what} was answered with over ${MAX_BYTES} bytes`);
      const parsed = response.safeParse(json(what, answer.text));
      if (!parsed.success) {
        const faults = parsed.error.issues.map(
          (issue) => `${issue.path.join(".") || "page"}: ${issue.message}`,
        );
        throw new PermanentError(`${what} was answered with another page than agreed (${faults.join("; ")})`);
      }
      return { records: records(parsed.data), next: next(parsed.data) };
    },
  };
}

function json(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PermanentError(`${what} was answered with what is no JSON`);
  }
}
