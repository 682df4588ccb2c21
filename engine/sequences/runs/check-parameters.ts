import type { Issue } from "../../sync/quarantine.ts";
import { GIVEN_PARAMETERS, type SequencePlan } from "../sequence.ts";

/** Most characters of a parameter's value. */
const LONGEST = 10_000;

/** The parameters of a run, with the defaults, or what is wrong with those that were given. */
export type CheckedParameters =
  { readonly parameters: Readonly<Record<string, string>> } | { readonly issues: readonly Issue[] };

/** Checks what was given for a sequence's parameters: none may be missing, none unknown, each is a text. */
export function checkParameters(
  { parameters: declared }: Pick<SequencePlan, "parameters">,
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const issues: Issue[] = [];
  const filled = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const path = `parameters.${name}`;
    if (!Object.hasOwn(declared, name) && !GIVEN_PARAMETERS.some((known) => known === name)) {
      const known = Object.keys(declared);
      const has = known.length > 0 ? `has ${known.join(", ")}` : "has none";
      issues.push({ path, message: `is no parameter of the sequence, which ${has}` });
    } else if (typeof value !== "string") {
      issues.push({ path, message: "must be a text" });
    } else if (value.length > LONGEST) {
      issues.push({ path, message: `must have at most ${LONGEST} characters` });
    } else filled.set(name, value);
  }
  for (const [name, value] of Object.entries(declared)) {
    if (Object.hasOwn(given, name)) continue;
    if (value === null)
      issues.push({ path: `parameters.${name}`, message: "must be given: it has no default" });
    else filled.set(name, value);
  }
  return issues.length > 0 ? { issues } : { parameters: Object.fromEntries(filled) };
}
