import { z } from "zod";
import { issuesOf } from "../../engine/sync/quarantine.ts";
import { type ApiRequest, problem, Refused } from "./http.ts";

/** Largest body of a request to our own routes, in bytes. */
const MAX_BODY = 64 * 1024;

/** The JSON body of a request, parsed; an empty one is `{}`. Throws a Refused of 400 that names each fault, or of 413. */
export async function bodyOf<Schema extends z.ZodType>(
  request: ApiRequest,
  schema: Schema,
): Promise<z.output<Schema>> {
  const text = new TextDecoder().decode(await request.body(MAX_BODY));
  const parsed = schema.safeParse(text.trim() === "" ? {} : json(text));
  if (parsed.success) return parsed.data;
  throw new Refused(problem(400, "The body is not valid.", { issues: issuesOf(parsed.error) }));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(
      problem(400, "The body is not JSON.", { issues: [{ path: "", message: "is not JSON" }] }),
    );
  }
}

/** A time in a body, as Caudal writes times. */
export const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
