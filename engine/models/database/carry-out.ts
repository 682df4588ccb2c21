import { SqlFaultError } from "../../errors/sql-fault-error.ts";
import type { FullConnection } from "../../mysql/pool.ts";
import type { ModelStatement } from "../sql/statement.ts";
import type { Change, Plan, Step } from "./change.ts";
import { saysOf } from "./orphans.ts";
import type { Schema } from "./schema.ts";
import { addRows, type Databases } from "./seeds.ts";
import { serverFault } from "./server-fault.ts";

/** For one change of a model's database, whose tables may be large, in milliseconds. */
export const CHANGE_MS = 25 * 60_000;

/** What a plan is carried out with. */
export interface Doing {
  /** The upload's user, in the model's database. */
  readonly connection: FullConnection;
  readonly databases: Databases;
  /** What the database is to be. */
  readonly to: Schema;
  readonly statements: readonly ModelStatement[];
  /** Rejects once the model is another's: see withModelLock. */
  readonly held: () => Promise<void>;
  /** Hears of each step that was made. */
  readonly ran?: (step: Step) => void;
}

/**
 * Makes a model's database what the plan says, step by step. What was done stays done when a step fails: the next
 * upload goes on from there. Throws a SqlFaultError, which says what was done, where the data in the tables do not allow
 * a step.
 */
export async function carryOut(plan: Plan, doing: Doing): Promise<void> {
  const done: string[] = [];
  const noting: Doing = { ...doing, ran: (step) => void done.push(...step.changes.map(wordsOf)) };
  try {
    await carryOutAll(plan, noting);
  } catch (error) {
    throw error instanceof SqlFaultError ? new SqlFaultError(error.faults, done) : error;
  }
}

function wordsOf({ what, table, name }: Change): string {
  return `${what} ${name === undefined ? table : `${table}.${name}`}`;
}

async function carryOutAll(plan: Plan, doing: Doing): Promise<void> {
  const { connection, databases, to, statements, held } = doing;
  for (const step of plan.before) await run(step, doing);
  await held();
  const tables = [...to.tables.values()];
  try {
    await addRows(
      connection,
      databases,
      tables,
      (table, orphan) =>
        new SqlFaultError([{ line: lineOf(statements, table.name, "insert"), reason: saysOf(orphan) }]),
    );
  } catch (error) {
    const first = statements.find(({ kind }) => kind === "insert")?.line ?? 1;
    throw serverFault(error, first, faultsOf(databases, "rows of the file"));
  }
  const isView = (step: Step): boolean => to.views.has(step.table);
  for (const step of plan.after.filter((step) => !isView(step))) await run(step, doing);
  await makeViews(plan.after.filter(isView), doing);
}

/** A view may read one that comes behind it: then it waits for that. */
async function makeViews(steps: readonly Step[], doing: Doing): Promise<void> {
  let waiting = steps;
  while (waiting.length > 0) {
    const failed: { readonly step: Step; readonly error: SqlFaultError }[] = [];
    for (const step of waiting) {
      try {
        await run(step, doing);
      } catch (error) {
        if (!(error instanceof SqlFaultError)) throw error;
        failed.push({ step, error });
      }
    }
    if (failed.length === waiting.length && failed[0]) throw failed[0].error;
    waiting = failed.map(({ step }) => step);
  }
}

async function run(step: Step, { connection, databases, statements, held, ran }: Doing): Promise<void> {
  const { table, sql } = step;
  await held();
  const isDrop = sql.startsWith("DROP TABLE ");
  try {
    // Tables that go together may hold on to each other; what stays holds on to none of them any more.
    if (isDrop) await connection.query("SET SESSION foreign_key_checks = 0");
    await connection.query(sql);
    if (isDrop) await connection.query("SET SESSION foreign_key_checks = 1");
    ran?.(step);
  } catch (error) {
    throw serverFault(error, lineOf(statements, table), faultsOf(databases, table));
  }
}

function faultsOf({ scratch, model }: Databases, of: string): Parameters<typeof serverFault>[2] {
  return { of, hidden: [scratch, model], limitMs: CHANGE_MS };
}

/** Where a file says what a table or view is, or first does that kind of thing to it; 1 where it says nothing. */
export function lineOf(
  statements: readonly ModelStatement[],
  name: string,
  kind?: ModelStatement["kind"],
): number {
  const about = statements.filter((statement) => statement.name === name);
  const creates = ({ kind }: ModelStatement): boolean => kind === "create table" || kind === "create view";
  return (about.find((one) => one.kind === kind) ?? about.find(creates) ?? about[0])?.line ?? 1;
}
