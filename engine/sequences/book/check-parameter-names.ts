import { nearestNames } from "../../datasets/query/nearest.ts";
import type { Issue } from "../../sync/quarantine.ts";
import { GIVEN_PARAMETERS, type SequenceStep } from "../sequence.ts";
import type { Given, Said } from "./check-sequence.ts";

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Members in which parameters may stand. */
type Texts = Partial<Pick<SequenceStep, "input" | "output" | "conf" | "args">>;

/** What a trigger gives, by the member that makes it one. */
const GIVEN_BY = { blob: "on_blob", after_run: "after" } as const;

/**
 * Parameters that stand in a sequence and that it neither declares nor gets from a trigger, and as warnings those that it
 * declares and names nowhere, and what looks like one and is none.
 */
export function checkParameterNames({ plan, place }: Given): Said {
  const declared = Object.keys(plan.parameters);
  const used = new Set<string>();
  const issues: Issue[] = [];
  const warnings: Issue[] = [];
  const look = (texts: Texts, at: (member: string) => string): void => {
    for (const member of ["input", "output", "conf", "args"] as const) {
      for (const name of namesIn(texts[member])) {
        used.add(name);
        if (declared.includes(name)) continue;
        const said = { path: at(member), message: whyUnknown(name, declared) };
        if (!NAME.test(name))
          warnings.push({ ...said, message: `has \${${name}}, which stays as it is: ${NO_NAME}` });
        else if (!GIVEN_PARAMETERS.some((given) => given === name)) issues.push(said);
        else if (isUngiven(name, plan)) warnings.push({ ...said, message: whyUngiven(name) });
      }
    }
  };
  for (const [index, step] of plan.steps.entries()) look(step, (member) => place(index, member));
  if (plan.error_handler) look(plan.error_handler, (member) => `error_handler.${member}`);
  for (const name of declared.filter((each) => !used.has(each))) {
    warnings.push({ path: `parameters.${name}`, message: "stands in no step: only its modules get it" });
  }
  return { issues, warnings };
}

const NO_NAME = "a parameter is named by small letters, digits and _";

function whyUnknown(name: string, declared: readonly string[]): string {
  const near = nearestNames(name, declared);
  const meant = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return `has the parameter ${name}, which the sequence does not declare${meant}`;
}

function isUngiven(name: string, plan: Given["plan"]): boolean {
  if (name !== "blob" && name !== "after_run") return true;
  return plan[GIVEN_BY[name]] === undefined;
}

function whyUngiven(name: string): string {
  const giver = name === "blob" || name === "after_run" ? `, which ${GIVEN_BY[name]} alone gives` : "";
  return `has the parameter ${name}${giver}: declare it, or give it to each run`;
}

/** What stands between `${` and `}` in the texts of a value; not where it is escaped. */
function namesIn(value: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each === "string") {
      for (const [, name] of each.matchAll(/\$\$\{|\$\{([^{}]*)\}/g)) if (name !== undefined) names.add(name);
    } else if (typeof each === "object" && each !== null) Object.values(each).forEach(look);
  };
  look(value);
  return names;
}
