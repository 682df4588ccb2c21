import { changeModel } from "./change.ts";
import type { Applied, Applying } from "./database/server.ts";
import type { ModelDesk } from "./desk.ts";
import { keepSource } from "./keep-source.ts";
import type { BusinessModel } from "./model.ts";
import { resumeModel } from "./schedule/resume.ts";
import { keyOf, SECRETS_KEY } from "../secrets/seal.ts";
import { checkModelSql } from "./sql/check.ts";
import { ensureUsers } from "./users.ts";

/** What became of an uploaded .sql. */
export interface SqlTaken extends Applied {
  /** The model as it is now; undefined where it was deleted meanwhile. */
  readonly model: BusinessModel | undefined;
  /** The addresses of its users, where they were made now. */
  readonly addresses?: Awaited<ReturnType<typeof ensureUsers>>;
}

/**
 * Makes a model's database what a .sql describes, and its users with the first one; resumes a model that was paused.
 * Each step may be done again after a crash. Throws a SqlFaultError where the file is refused, and what the server, the
 * store and missing settings throw.
 */
export async function takeSql(
  desk: ModelDesk,
  model: BusinessModel,
  { text, fileName }: { readonly text: string; readonly fileName: string },
  how: Applying,
): Promise<SqlTaken> {
  const { ports, server, settings } = desk;
  const statements = checkModelSql(text);
  // Users need it: better to say so before anything is made.
  if (!how.dryRun) keyOf(SECRETS_KEY, settings.value(SECRETS_KEY));
  const applied = await server.apply(model, statements, how);
  if (!applied.applied) return { ...applied, model };
  const addresses = await ensureUsers(desk, model);
  const sql = await keepSource(ports, model, "sql", { bytes: Buffer.from(text), fileName });
  const changed = await changeModel(ports.documents, model.model, () => ({ sql }));
  // Deleted meanwhile, perhaps before the database was made: nobody else would drop it.
  if (!changed) {
    await server.drop(model);
    await ports.blobs.delete(sql.blob);
  }
  await resumeModel(ports, model.model);
  return { ...applied, model: changed, ...(addresses ? { addresses } : {}) };
}
