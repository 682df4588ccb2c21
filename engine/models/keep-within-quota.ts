import { changeModel } from "./change.ts";
import type { ModelDesk } from "./desk.ts";
import type { BusinessModel } from "./model.ts";

/**
 * Takes from a model's job the right to add and alter rows while its database is larger than it may be, and gives it back
 * when there is room. Of one that is full it is taken each time: its users may have been rotated meanwhile. Safe to
 * repeat. Rejects when store or server fail.
 */
export async function keepWithinQuota(
  { ports, server }: Pick<ModelDesk, "ports" | "server">,
  model: BusinessModel,
  isFull: boolean,
): Promise<void> {
  const { model: id, fullSince = null, users, retired = [] } = model;
  if (!users || (!isFull && fullSince === null)) return;
  const now = ports.clock.now();
  const before = retired.filter(({ name, until }) => /_job\d+$/.test(name) && Date.parse(until) > now);
  for (const { name } of [users.job, ...before]) await server.mayWrite(model, name, !isFull);
  if (isFull === (fullSince !== null)) return;
  const since = isFull ? new Date(now).toISOString() : null;
  await changeModel(ports.documents, id, () => ({ fullSince: since }));
  ports.log(
    "warn",
    isFull ? "a business model is full: its job may not write" : "a business model has room again",
    {
      model: id,
    },
  );
}
