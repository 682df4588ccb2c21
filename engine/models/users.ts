import { randomBytes } from "node:crypto";
import { keyOf, open, seal, SECRETS_KEY } from "../secrets/seal.ts";
import type { Settings } from "../settings/settings.ts";
import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import type { BusinessModel, ModelUser } from "./model.ts";

/** The two users of a model's database. */
export type UserRole = "job" | "reader";

/** A user with a password that is shown now, and never again. */
export interface ShownUser {
  readonly user: ModelUser;
  readonly password: string;
}

/** The user of that number. Throws a MissingSettingError or an InvalidSettingError without a key for its password. */
export function newUser(settings: Settings, model: string, role: UserRole, number: number): ShownUser {
  const name = `bm_${model}_${role === "job" ? "job" : "read"}${number}`;
  // 24 characters that a URL takes as they are.
  const password = randomBytes(18).toString("base64url");
  settings.learn(password);
  const key = keyOf(SECRETS_KEY, settings.value(SECRETS_KEY));
  return { user: { name, sealed: seal(key, name, password) }, password };
}

/** The password of a user; undefined where it was stored under another key: the user has to be rotated. */
export function passwordOf(settings: Settings, { name, sealed }: ModelUser): string | undefined {
  const password = open(keyOf(SECRETS_KEY, settings.value(SECRETS_KEY)), name, sealed);
  if (password !== undefined) settings.learn(password);
  return password;
}

/**
 * Sees to it that a model's database has its users, as they are recorded; records new ones first where there are none
 * yet, and returns the addresses that they have. Undefined where there were users before: nobody sees a password twice.
 */
export async function ensureUsers(
  { ports, server, settings }: ModelDesk,
  model: BusinessModel,
): Promise<Readonly<Record<UserRole, { readonly url: string }>> | undefined> {
  const fresh = {
    job: newUser(settings, model.model, "job", 1),
    reader: newUser(settings, model.model, "reader", 1),
  };
  let isFirst = false;
  const written = await changeModel(ports.documents, model.model, ({ users }) => {
    isFirst = users === undefined;
    return { users: users ?? { job: fresh.job.user, reader: fresh.reader.user } };
  });
  for (const role of ["job", "reader"] as const) {
    const user = written?.users?.[role];
    const password = user && passwordOf(settings, user);
    if (user && password !== undefined) await server.putUser(model, { name: user.name, role, password });
  }
  if (!isFirst) return undefined;
  const addressOf = ({ user, password }: ShownUser): { url: string } => ({
    url: server.addressOf(model, user.name, password),
  });
  return { job: addressOf(fresh.job), reader: addressOf(fresh.reader) };
}
