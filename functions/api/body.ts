import { z } from "zod";
import { issuesOf } from "../../engine/sync/quarantine.ts";
import { type ApiRequest, problem, Refused } from "./http.ts";
import { NO_TIME, parseTime } from "./list.ts";

/** Largest body of a request to our own routes, in bytes: a thousand ids of a list fit. */
const MAX_BODY = 512 * 1024;

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

/** The answer to a member of a body that names what is not there: 400 with the member's name. */
export function badBody(path: string, message: string): Refused {
  return new Refused(problem(400, "The body is not valid.", { issues: [{ path, message }] }));
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

/** A name in a body, of at most so many characters, which people can see and tell apart; in NFC. */
export function printableName(most: number): z.ZodString {
  const printable = String.raw`^(?! )(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{M}\p{N}\p{P}\p{S} ]{1,${most}}(?<! )$`;
  return z
    .string()
    .normalize("NFC")
    .regex(new RegExp(printable, "u"), {
      error: `must be 1 to ${most} printable characters, without a space at either end`,
    });
}

/** A time in a body, written as in a query. */
export const time = z.string().transform((text, context) => {
  const parsed = parseTime(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(NO_TIME);
  return z.NEVER;
});
