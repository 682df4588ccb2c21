import { z } from "zod";
import { readRun } from "../../engine/runs/run.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import type { Culprit } from "../../engine/sync/control.ts";
import { keysAfter } from "../../engine/undo/keys.ts";
import type { UndoRequest } from "../../engine/undo/undo-state.ts";
import type { Services } from "../services.ts";
import { badBody, bodyOf } from "./body.ts";
import { problem, type Route } from "./http.ts";
import { reason } from "./which.ts";

/** What hashes can say: no half of a surrogate pair. */
const isWhole = (text: string): boolean => text.isWellFormed();
const HALF = { error: "has half of a surrogate pair, which no record can say" };
const name = z.string().min(1).max(256).refine(isWhole, HALF);

/** Whether it is what a record says in place of a rule: `(undo)`, `(erasure)`, `(operator)`. */
const isNoRule = (rule: string): boolean => /^\(.*\)$/.test(rule);

const CULPRITS = ["event", "cause", "run", "rule"] as const;

const undo = z
  .strictObject({
    event: name.optional(),
    cause: name
      .transform((cause) => cause.replace(/\/+$/, ""))
      .refine((cause) => cause !== "", { error: "is only slashes, which begin no cause" })
      .optional(),
    run: z.string().min(1).max(100).optional(),
    rule: name
      .refine((rule) => !isNoRule(rule), {
        error: "is no rule: what stands in parentheses decided without one; give event, cause or run",
      })
      .optional(),
    ruleHash: name.optional(),
    allBuilds: z.boolean().default(false),
    entities: z.array(z.string().min(1).max(128)).min(1).max(400).optional(),
    dryRun: z.boolean().default(false),
    reason: reason.refine(isWhole, HALF),
  })
  .refine((asked) => CULPRITS.filter((each) => asked[each] !== undefined).length === 1, {
    error: `give one of ${CULPRITS.join(", ")}: whose doing is to be taken back`,
  })
  .refine(({ rule, ruleHash }) => ruleHash === undefined || rule !== undefined, {
    path: ["ruleHash"],
    error: "says how a rule was built: give rule, too",
  })
  .refine(({ rule, allBuilds }) => !allBuilds || rule !== undefined, {
    path: ["allBuilds"],
    error: "is about the builds of a rule: give rule, too",
  })
  .refine(({ ruleHash, allBuilds }) => !allBuilds || ruleHash === undefined, {
    path: ["allBuilds"],
    error: "and ruleHash contradict each other: one build or all of them",
  })
  .refine(
    ({ event, cause, run, rule, ruleHash, allBuilds }) => {
      const isOfRule = (event ?? cause ?? run) === undefined && rule !== undefined && !isNoRule(rule);
      return !isOfRule || ruleHash !== undefined || allBuilds;
    },
    {
      path: ["ruleHash"],
      error:
        'give it, as the audit record has it, or "allBuilds": true to take back what every build of the rule did',
    },
  );

/** Takes back what an event, a cause, a run or a rule did, or tells what would come of that. */
export const undoCulprit: Route = {
  name: "api-undo",
  methods: ["POST"],
  route: "api/v1/undo",
  access: ["operator"],
  async handle(request, { ports }, { name: actor }) {
    const asked = await bodyOf(request, undo);
    const { dryRun, entities: keys, reason: why } = asked;
    const culprit = await culpritOf(asked, ports);
    const which: Pick<UndoRequest, "culprit" | "keys"> = { culprit, ...(keys ? { keys } : {}) };
    const some = await keysAfter(ports.documents, which, "", 1);
    if (some.length === 0) {
      const where = keys ? " about these entities" : "";
      return problem(404, `There is no audit record${where} of ${told(culprit)}.`, { culprit });
    }
    const details = { ...which, reason: why };
    if (!dryRun) await recordAction(ports, { actor, action: "undo", target: told(culprit), details });
    const work = { kind: "undo", name: "documents", unit: "entities" } as const;
    const run = await startRun(ports, { ...work, request: { ...details, dryRun }, actor });
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

/** Whose doing is meant. Throws a Refused of 400 where a run is none that brings something in. */
async function culpritOf(
  { event, cause, run, rule, ruleHash }: z.output<typeof undo>,
  { documents }: Services["ports"],
): Promise<Culprit> {
  if (event !== undefined) return { event };
  if (cause !== undefined) return { cause };
  if (rule !== undefined) return { rule, ...(ruleHash === undefined ? {} : { hash: ruleHash }) };
  const known = run === undefined ? undefined : await readRun(documents, run);
  if (!known) throw badBody("run", `there is no run "${run}"`);
  if (known.kind === "pull" || known.kind === "import" || known.kind === "sequence")
    return { cause: `${known.kind}/${known.name}/${known.run}` };
  if (known.kind === "undo") return { cause: `undo/${known.run}` };
  throw badBody(
    "run",
    `is of the kind ${known.kind}: only what a pull, an import or a sequence brought in and what an undo did can be undone`,
  );
}

/** A culprit in words. */
function told(culprit: Culprit): string {
  if ("event" in culprit) return `event ${culprit.event}`;
  if ("cause" in culprit) return `cause ${culprit.cause}`;
  return `rule ${culprit.rule}${culprit.hash === undefined ? "" : ` built as ${culprit.hash}`}`;
}
