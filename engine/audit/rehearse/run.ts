import { PermanentError } from "../../errors/permanent-error.ts";
import { readRun } from "../../runs/run.ts";
import type { Working } from "../../runs/work.ts";
import { rehearse, type RehearsalContext } from "./rehearse.ts";
import { countScope, type RehearsalRequest, ruleNamed, scopeOf } from "./scope.ts";
import { NO_TALLY, type Tally, tallied } from "./tally.ts";

/** Where a rehearsal stands; what it counted so far is the run's result. */
export interface RehearsalState {
  /** The key of the last entity that is counted. */
  readonly last: string;
}

/** After so many entities, or records of theirs, it is saved how far a rehearsal is. */
const SAVE_AFTER = { entities: 200, records: 5_000 };

/**
 * Rehearses as a run: what today's rules would have made of recorded events. Nothing but the run itself is written, and
 * nothing is sent. Throws a PermanentError where the app has not the rule that is asked for.
 */
export async function rehearseRun(
  context: RehearsalContext,
  run: Working<RehearsalState>,
): Promise<Record<string, unknown> | "again"> {
  const { app, ruleHash, ports } = context;
  const request = run.request as RehearsalRequest;
  const { rule: only } = request;
  if (only !== undefined && !ruleNamed(only, app)) throw new PermanentError(`there is no rule "${only}"`);
  // What is recorded meanwhile is none of its business, or it might never end.
  const scope = scopeOf(request, app, run.startedAt);
  const rules = [...app.rules.values()]
    .filter(({ name }) => only === undefined || name === only)
    .map((rule) => ({ name: rule.name, hash: ruleHash(rule) }));
  const total = run.state ? undefined : await countScope(ports.documents, scope);
  let tally = run.state ? await tallyOf(context, run.id) : NO_TALLY;
  let last = run.state?.last ?? "";
  let unsaved = { entities: 0, records: 0 };
  const save = async (): Promise<void> => {
    const progress = { done: tally.events, ...(total === undefined ? {} : { total }) };
    await run.save({ ...progress, state: { last }, result: { ...tally, rules } });
    unsaved = { entities: 0, records: 0 };
  };

  for await (const rehearsal of rehearse(context, scope, last)) {
    tally = tallied(tally, rehearsal);
    last = rehearsal.key;
    const records = "unreadable" in rehearsal ? 0 : rehearsal.entity.recorded.sequence;
    unsaved = { entities: unsaved.entities + 1, records: unsaved.records + records };
    const spent = run.spent();
    if (spent || unsaved.entities >= SAVE_AFTER.entities || unsaved.records >= SAVE_AFTER.records)
      await save();
    if (spent) return "again";
  }
  await save();
  return { ...tally, rules };
}

/** What the slices before counted: written in one with the place to go on from. */
async function tallyOf({ ports }: RehearsalContext, id: string): Promise<Tally> {
  const { rules: _rules, ...tally } = { ...(await readRun(ports.documents, id))?.result };
  return { ...NO_TALLY, ...(tally as Partial<Tally>) };
}
