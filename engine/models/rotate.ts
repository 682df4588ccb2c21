import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import type { BusinessModel, ModelUser } from "./model.ts";
import { quotaOf, TIME_QUOTA } from "./quota.ts";
import { newUser, type ShownUser, type UserRole } from "./users.ts";

/** For how long a user that nobody knows yet is kept, in milliseconds: what a crash left of a rotation goes then. */
const UNKNOWN_MS = 10 * 60_000;

/** Most users of a model that were rotated away and may still come in. */
export const MAX_RETIRED = 20;

/** Between the end of a run's time and the end of its user's, in milliseconds. */
const MARGIN_MS = 60_000;

/**
 * Gives a role of a model another user with another password; the one before may come in for `graceMs` more, a job's at
 * least as long as a run that began just now may take. Returns the new address, which is shown once; undefined where the
 * model has no users, is gone, or has {@link MAX_RETIRED} that may still come in. Each time is a rotation; several at once each make a user of their own, and the last
 * is the model's. Throws a MissingSettingError or an InvalidSettingError without a key for passwords.
 */
export async function rotateUser(
  { ports, server, settings }: ModelDesk,
  model: BusinessModel,
  role: UserRole,
  graceMs: number,
): Promise<string | undefined> {
  const { documents, clock } = ports;
  const atLeast = role === "job" ? quotaOf(settings, TIME_QUOTA) * 60_000 + MARGIN_MS : 0;
  // The new user is written among those that are to be dropped, before the server knows it: so none is left behind.
  let made: ShownUser | undefined;
  await changeModel(documents, model.model, ({ users, retired = [] }) => {
    made = undefined;
    if (retired.length >= MAX_RETIRED) return {};
    made = users && newUser(settings, model.model, role, nextNumber(users[role], retired));
    const until = new Date(clock.now() + UNKNOWN_MS).toISOString();
    return made ? { retired: [...retired, { name: made.user.name, until }] } : {};
  });
  if (!made) return undefined;
  const { user, password } = made;
  await server.putUser(model, { name: user.name, role, password });
  const until = new Date(clock.now() + Math.max(graceMs, atLeast)).toISOString();
  let isOurs = false;
  const changed = await changeModel(documents, model.model, ({ users, retired = [] }) => {
    const others = retired.filter(({ name }) => name !== user.name);
    isOurs = users !== undefined && others.length < retired.length;
    if (!users || !isOurs) return {};
    return { users: { ...users, [role]: user }, retired: [...others, { name: users[role].name, until }] };
  });
  if (changed && isOurs) {
    const over = changed.retired?.filter((each) => Date.parse(each.until) <= clock.now()) ?? [];
    // Who rotates a password that leaked does not wait for the timer, which forgets them.
    for (const { name } of over) await server.dropUser(name);
    return server.addressOf(model, user.name, password);
  }
  await server.dropUser(user.name);
  return undefined;
}

/** One more than any user of that role has had that is still known: users are numbered on. */
function nextNumber({ name }: ModelUser, retired: NonNullable<BusinessModel["retired"]>): number {
  const kind = name.replace(/\d+$/, "");
  const names = [name, ...retired.map((each) => each.name)].filter((each) => each.startsWith(kind));
  return Math.max(...names.map((each) => Number(/\d+$/.exec(each)?.[0] ?? 0))) + 1;
}
