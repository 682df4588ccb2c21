import type { z } from "zod";
import { type Issue, issuesOf } from "../../sync/quarantine.ts";
import { SEQUENCE, type SequencePlan, STEP_LIST } from "../sequence.ts";

/** A sequence as it runs, or what is wrong with its form: `path` is the place in what was given. */
export type ParsedSequence = { readonly plan: SequencePlan } | { readonly issues: readonly Issue[] };

/** Members by which a list is known as one of steps. */
const OF_STEPS = ["module_name", "input", "output", "conf"];

/**
 * Whether a file beside the sequences is to be one itself: the configurations of their steps are there, too, and an
 * operation history of OpenRefine is a list as well.
 */
export function isSequence(json: unknown): boolean {
  if (!Array.isArray(json)) return hasMember(json, "steps");
  return json.some((each) => OF_STEPS.some((member) => hasMember(each, member)));
}

/** Parses a sequence as files and the API give it; `$schema`, which editors read, is passed over. */
export function parseSequence(json: unknown): ParsedSequence {
  if (typeof json !== "object" || json === null) {
    return { issues: [{ path: "", message: "must be a list of steps, or an object with steps" }] };
  }
  if (Array.isArray(json)) {
    const list = STEP_LIST.safeParse(json);
    return list.success ? { plan: SEQUENCE.parse({ steps: json }) } : { issues: saidOf(list.error) };
  }
  const { $schema: _, ...rest } = json as Record<string, unknown>;
  const parsed = SEQUENCE.safeParse(rest);
  return parsed.success ? { plan: parsed.data } : { issues: saidOf(parsed.error) };
}

/** Issues, and in words of ours where those of the parser say nothing. */
function saidOf(error: z.ZodError): Issue[] {
  return issuesOf(error).map(({ path, message }, index) => {
    const { code, path: names } = error.issues[index] ?? {};
    if (code === "invalid_union" && names?.at(-1) === "conf") {
      return {
        path,
        message: "must be the name of a file, at most 200 characters, or the configuration itself: an object",
      };
    }
    if (code === "invalid_key") {
      return {
        path,
        message: "is no name of a parameter: a letter, then letters, digits and _, all small, at most 64",
      };
    }
    return { path, message };
  });
}

function hasMember(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name);
}
