import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { accountsLike, dropAccount, grant, putAccount } from "./accounts.ts";
import { createDatabase, newPassword, type UploadUser } from "./connections.ts";
import { madeAt, SCRATCH, UPLOAD } from "./names.ts";

/** An empty database and a user who may alter nothing but that. Both exist for one upload. */
export interface Scratch {
  readonly database: string;
  readonly user: UploadUser;
}

/** Age from which on what is left of an upload is nobody's any more, in milliseconds. */
const STALE_MS = 60 * 60_000;

/** Makes them for an upload of a model, of which there is one at a time. */
export async function makeScratch(admin: Connection, model: string): Promise<Scratch> {
  const made = `${Date.now().toString(36)}_${model}`;
  const database = SCRATCH + made;
  const user = { name: UPLOAD + made, password: newPassword() };
  await admin.query(createDatabase(database));
  await putAccount(admin, user.name, user);
  await grant(admin, user.name, database, "upload");
  return { database, user };
}

/** Takes them away. */
export async function dropScratch(admin: Connection, { database, user }: Scratch): Promise<void> {
  await dropAccount(admin, user.name);
  await admin.query(`DROP DATABASE IF EXISTS ${quoted(database)}`);
}

/** Takes away what a model's earlier uploads left, whose hosts died: what they still run ends. */
export async function dropUploads(admin: Connection, model: string): Promise<void> {
  await dropThose(admin, (name) => name.endsWith(`_${model}`));
}

/** Takes away what uploads left that began more than an hour before `now` (milliseconds since 1970). */
export async function tidyScratch(admin: Connection, now: number): Promise<void> {
  await dropThose(admin, (name) => (madeAt(name) ?? now) < now - STALE_MS);
}

async function dropThose(admin: Connection, isOne: (name: string) => boolean): Promise<void> {
  const like = (beginning: string): string => `${beginning.replaceAll("_", String.raw`\_`)}%`;
  for (const name of (await accountsLike(admin, like(UPLOAD))).filter(isOne)) await dropAccount(admin, name);
  const databases = await admin.query(
    "SELECT schema_name AS name FROM information_schema.schemata WHERE schema_name LIKE ?",
    [like(SCRATCH)],
  );
  for (const name of databases.map(({ name }) => String(name)).filter(isOne)) {
    await admin.query(`DROP DATABASE IF EXISTS ${quoted(name)}`);
  }
}
