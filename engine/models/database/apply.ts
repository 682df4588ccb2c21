import { SqlFaultError } from "../../errors/sql-fault-error.ts";
import type { Connection, FullConnection } from "../../mysql/pool.ts";
import type { ModelStatement } from "../sql/statement.ts";
import { grant } from "./accounts.ts";
import { carryOut, CHANGE_MS, lineOf } from "./carry-out.ts";
import type { Change } from "./change.ts";
import { type Connections, createDatabase } from "./connections.ts";
import { describeDatabase } from "./describe.ts";
import { foreignKeyPlan } from "./foreign-keys.ts";
import { putMetaView } from "./meta.ts";
import { withModelLock } from "./model-lock.ts";
import type { ModelPlace } from "./names.ts";
import { orphanOf, saysOf } from "./orphans.ts";
import { changesOf, planOf } from "./plan.ts";
import { runFile, STATEMENT_MS } from "./run-file.ts";
import { EMPTY, type Schema } from "./schema.ts";
import { dropScratch, dropUploads, makeScratch, type Scratch } from "./scratch.ts";
import { type Databases, missingRows } from "./seeds.ts";

/** What an upload did to a database, or would do. */
export interface Applied {
  /** False where it was only asked, or where a change may lose data and that was not allowed: then nothing is altered. */
  readonly applied: boolean;
  /** In the order in which they are made; none where the database is already what the file says. */
  readonly changes: readonly Change[];
}

/** How an upload is meant. */
export interface Applying {
  /** Only says what it would do. */
  readonly dryRun: boolean;
  /** Does also what may lose data. */
  readonly allowDestructive: boolean;
}

/**
 * Makes a model's database what the statements describe: they run in an empty scratch database, and what the server
 * makes of them there is compared with what the database is. All of it is done by a user who exists for this upload and
 * has rights in these two databases alone; in the model's only as far as needed, and not while the file itself runs.
 */
export async function applyModel(
  connections: Connections,
  place: ModelPlace,
  statements: readonly ModelStatement[],
  how: Applying,
): Promise<Applied> {
  return withModelLock(connections.admin, connections.lockOf(place.model), async (admin, held) => {
    await dropUploads(admin, place.model);
    const scratch = await makeScratch(admin, place.model);
    let outcome: { readonly applied: Applied } | { readonly error: unknown };
    try {
      outcome = { applied: await applyWith(scratch, { connections, admin, held, place, statements, how }) };
    } catch (error) {
      outcome = { error };
    }
    try {
      await dropScratch(admin, scratch);
    } catch (error) {
      // The first error says more; what stays here is tidied away later.
      if (!("error" in outcome)) throw error;
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.applied;
  });
}

interface Upload {
  readonly connections: Connections;
  readonly admin: FullConnection;
  readonly held: () => Promise<void>;
  readonly place: ModelPlace;
  readonly statements: readonly ModelStatement[];
  readonly how: Applying;
}

async function applyWith(scratch: Scratch, upload: Upload): Promise<Applied> {
  const { connections, admin, held, place, statements, how } = upload;
  const databases = { scratch: scratch.database, model: place.database };
  const inDatabase = async <T>(
    database: string,
    statementMs: number,
    work: (connection: FullConnection) => Promise<T>,
  ): Promise<T> => {
    const pool = connections.as(scratch.user, database, statementMs);
    try {
      return await pool.use(work);
    } finally {
      await pool.close();
    }
  };

  const to = await inDatabase(scratch.database, STATEMENT_MS, async (connection) => {
    await runFile(connection, scratch, statements);
    return describeDatabase(connection, scratch.database);
  });
  const [there] = await admin.query(
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ?",
    [place.database],
  );
  if (!there && !how.dryRun) await admin.query(createDatabase(place.database));
  const isThere = there !== undefined || !how.dryRun;
  if (isThere) await grant(admin, scratch.user.name, place.database, "reader");

  const look = async (connection: Connection): Promise<{ from: Schema; rows: readonly Change[] }> => {
    const from = isThere ? await describeDatabase(connection, place.database) : EMPTY;
    await refuseOrphans(connection, databases, { from, to, statements });
    return { from, rows: await missingRows(connection, databases, { from, to }) };
  };
  const { from, rows } = await inDatabase(isThere ? place.database : scratch.database, CHANGE_MS, look);
  const plan = planOf(from, to);
  const changes = changesOf(plan, rows);
  if (how.dryRun || (!how.allowDestructive && changes.some(({ destructive }) => destructive))) {
    return { applied: false, changes };
  }
  if (changes.length > 0) {
    await grant(admin, scratch.user.name, place.database, "upload");
    await inDatabase(place.database, CHANGE_MS, (connection) =>
      carryOut(plan, { connection, databases, to, statements, held }),
    );
  }
  await putMetaView(admin, place);
  return { applied: true, changes };
}

/** Before anything is altered: rows that a new foreign key would not allow. */
async function refuseOrphans(
  connection: Connection,
  databases: Databases,
  { from, to, statements }: { from: Schema; to: Schema; statements: readonly ModelStatement[] },
): Promise<void> {
  const faults = [];
  for (const added of foreignKeyPlan(from, to).asked) {
    const parents = [databases.scratch, ...(from.tables.has(added.key.parent) ? [databases.model] : [])];
    const orphan = await orphanOf(connection, added, parents, databases.model);
    if (orphan) faults.push({ line: lineOf(statements, added.table.name), reason: saysOf(orphan) });
  }
  if (faults.length > 0) throw new SqlFaultError(faults);
}
