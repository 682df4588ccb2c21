import { changeModel } from "./change.ts";
import { finishDeletion } from "./delete.ts";
import type { ModelDesk } from "./desk.ts";
import { type BusinessModel, listModels } from "./model.ts";

const PAGE = 100;

/**
 * Finishes deletions that broke off, drops users whose time is over, and what a crash left on the server. A fault of one
 * model is logged and stops no other. Rejects when the models cannot be listed.
 */
export async function tendModels(desk: Pick<ModelDesk, "ports" | "server">): Promise<void> {
  const { documents } = desk.ports;
  await orLogged(desk, "leftovers of uploads could not be dropped", {}, () => desk.server.tidy());
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await listModels(documents, { deleted: true, limit: PAGE, cursor });
    for (const model of page.items) {
      await orLogged(desk, "a model could not be tended", { model: model.model }, () => tend(desk, model));
    }
    cursor = page.next;
  }
}

async function tend(desk: Pick<ModelDesk, "ports" | "server">, model: BusinessModel): Promise<void> {
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
  { ports }: Pick<ModelDesk, "ports">,
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
