import { z } from "zod";
import type { RehearsalRequest } from "../../engine/audit/rehearse/scope.ts";
import { ruleNamed } from "../../engine/audit/rehearse/scope.ts";
import type { AppDefinition } from "../../engine/define/index.ts";
import { MAX_KEY } from "../../engine/define/key.ts";
import { startRun } from "../../engine/runs/start.ts";
import { badBody, bodyOf, time } from "./body.ts";
import type { Route } from "./http.ts";
import { reason } from "./which.ts";

const rehearsal = z
  .strictObject({
    rule: z.string().optional(),
    entity: z.string().optional(),
    entities: z.array(z.string().min(3).max(MAX_KEY)).min(1).max(1_000).optional(),
    since: time.optional(),
    until: time.optional(),
    reason: reason.optional(),
  })
  .refine(({ entity, entities }) => entity === undefined || entities === undefined, {
    path: ["entity"],
    error: "give entity or entities, not both",
  })
  .refine(({ since, until }) => since === undefined || until === undefined || since < until, {
    path: ["until"],
    error: "must be later than since",
  });

/** Runs today's rules on recorded events, and says what would differ. Writes nothing but the run, sends nothing. */
export const startRehearsal: Route = {
  name: "api-rehearsals-start",
  methods: ["POST"],
  route: "api/v1/rehearsals",
  access: ["operator", "auditor"],
  async handle(request, { app, ports }, caller) {
    const asked = await bodyOf(request, rehearsal);
    checkNames(asked, app);
    const run = await startRun(ports, {
      kind: "rehearsal",
      name: nameOf(asked),
      request: asked,
      actor: caller.name,
      unit: "records",
    });
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

/** The name of a run stands in the id of a session, which has room for so many characters of it. */
function nameOf({ rule }: RehearsalRequest): string {
  return rule !== undefined && rule.length <= 100 ? rule : "rules";
}

/** Lets pass what names rules and documents that the app has. Throws a Refused of 400 that names those. */
function checkNames({ rule, entity, entities = [] }: RehearsalRequest, app: AppDefinition): void {
  if (rule !== undefined && !ruleNamed(rule, app)) {
    const known = [...app.rules.values()].map(({ name }) => name);
    throw badBody("rule", `there is no rule "${rule}"; there are ${listed(known)}`);
  }
  const documents = [...app.documents.keys()];
  const check = (path: string, name: string): void => {
    if (app.documents.has(name)) return;
    throw badBody(path, `there is no document "${name}"; there are ${listed(documents)}`);
  };
  if (entity !== undefined) check("entity", entity);
  for (const [index, key] of entities.entries()) {
    const bar = key.indexOf("|");
    if (bar < 1)
      throw badBody(`entities.${index}`, `must be a key, as in ${documents[0] ?? "customer"}|<id>`);
    check(`entities.${index}`, key.slice(0, bar));
  }
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? names.map((name) => `"${name}"`).join(", ") : "none";
}
