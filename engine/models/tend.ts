import { changeModel } from "./change.ts";
import { finishDeletion } from "./delete.ts";
import type { ModelDesk } from "./desk.ts";
import { keepWithinQuota } from "./keep-within-quota.ts";
import { type BusinessModel, listModels } from "./model.ts";

const PAGE = 100;

/** What models are tended with. */
export interface Tending extends Pick<ModelDesk, "ports" | "server"> {
  /** How many bytes a model's database may have. */
  readonly quotaBytes: number;
}

/**
 * Finishes deletions that broke off, drops users whose time is over, and what a crash left on the server; lets jobs write
 * as long as their databases are within the quota. A fault of one model is logged and stops no other. Rejects when the
 * models cannot be listed.
 */
export async function tendModels(desk: Tending): Promise<void> {
  const { documents } = desk.ports;
  await orLogged(desk, "leftovers of uploads could not be dropped", {}, () => desk.server.tidy());
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await listModels(documents, { deleted: true, limit: PAGE, cursor });
    for (const model of page.items) {
      await orLogged(desk, "a model could not be tended", { model: model.model }, () => tend(desk, model));
    }
    await orLogged(desk, "the sizes of models could not be looked at", {}, () => keepSmall(desk, page.items));
    cursor = page.next;
  }
}

/** Looks at the size of each database that a job may write to. */
async function keepSmall(desk: Tending, all: readonly BusinessModel[]): Promise<void> {
  const models = all.filter(({ users, deletedAt }) => users && deletedAt === undefined);
  const sizes = await desk.server.sizes(models.map(({ database }) => database));
  for (const model of models) {
    const isFull = (sizes.get(model.database) ?? 0) > desk.quotaBytes;
    await orLogged(desk, "a model could not be held to its quota", { model: model.model }, () =>
      keepWithinQuota(desk, model, isFull),
    );
  }
}

async function tend(desk: Tending, model: BusinessModel): Promise<void> {
  const { documents, clock } = desk.ports;
  if (model.deletedAt !== undefined) return finishDeletion(desk, model, "timer");
  const over = (model.retired ?? []).filter(({ until }) => Date.parse(until) <= clock.now());
  if (over.length === 0) return;
  for (const { name } of over) await desk.server.dropUser(name);
  await changeModel(documents, model.model, ({ retired = [] }) => ({
    retired: retired.filter(({ name }) => over.every((each) => each.name !== name)),
  }));
}

async function orLogged(
  { ports }: Pick<Tending, "ports">,
  what: string,
  facts: Record<string, unknown>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    ports.log("error", what, { ...facts, error: error instanceof Error ? error.message : String(error) });
  }
}
