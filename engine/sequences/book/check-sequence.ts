import type { Issue } from "../../sync/quarantine.ts";
import type { SequenceBook } from "../book.ts";
import { SEQUENCE_NAME, type SequencePlan } from "../sequence.ts";
import { checkFollowing } from "./check-following.ts";
import { checkModules } from "./check-modules.ts";
import { checkParameterNames } from "./check-parameter-names.ts";
import { checkPaths } from "./check-paths.ts";
import { checkTriggers } from "./check-triggers.ts";
import { parseSequence } from "./parse-sequence.ts";

/** What is to be said of a sequence that somebody gives. */
export interface Checked {
  /** Undefined where it has not the form of a sequence. */
  readonly plan: SequencePlan | undefined;
  /** Why it cannot be stored: `path` is the place in what was given. */
  readonly issues: readonly Issue[];
  /** What is odd, and may be meant. */
  readonly warnings: readonly Issue[];
}

/** A plan, and how a member of its steps is named in what was given. */
export interface Given {
  readonly name: string;
  readonly plan: SequencePlan;
  /** `steps.0.input`, or `0.input` in a list of steps alone. */
  readonly place: (step: number, member: string) => string;
}

/** Issues and warnings of one check. */
export type Said = Pick<Checked, "issues" | "warnings">;

/** Checks a sequence as files and the API give it. Rejects when the store fails. */
export async function checkSequence(name: string, file: unknown, book: SequenceBook): Promise<Checked> {
  const parsed = parseSequence(file);
  if ("issues" in parsed) return { plan: undefined, issues: parsed.issues, warnings: [] };
  const { plan } = parsed;
  const before = Array.isArray(file) ? "" : "steps.";
  const given: Given = { name, plan, place: (step, member) => `${before}${step}.${member}` };
  const said: readonly Said[] = [
    { issues: nameFaults(name), warnings: [] },
    { issues: await checkModules(given, book), warnings: [] },
    checkPaths(given),
    checkParameterNames(given),
    { issues: checkTriggers(given), warnings: [] },
    { issues: await checkFollowing(given, book), warnings: [] },
  ];
  return {
    plan,
    issues: said.flatMap(({ issues }) => issues),
    warnings: said.flatMap(({ warnings }) => warnings),
  };
}

function nameFaults(name: string): Issue[] {
  return SEQUENCE_NAME.test(name) ? [] : [{ path: "name", message: `must be ${SEQUENCE_NAME.source}` }];
}
