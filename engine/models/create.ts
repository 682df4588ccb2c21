import type { Ports } from "../ports.ts";
import { type BusinessModel, newModelId } from "./model.ts";
import { type NotGiven, takeName } from "./owned.ts";

/** What a new model is to be. */
export type NewModel = Pick<
  BusinessModel,
  | "name"
  | "owner"
  | "ready_made"
  | "job_frequency"
  | "job_execution_command"
  | "active"
  | "from"
  | "createdBy"
>;

/** Makes a model, or says why its owner may not have it. Rejects when the store fails. */
export async function createModel(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  wanted: NewModel,
  most: number,
): Promise<BusinessModel | NotGiven> {
  const model = newModelId();
  const now = clock.now();
  const { name, owner } = wanted;
  const refused = await takeName(documents, { owner, model, name }, { most, now });
  if (refused) return refused;
  const id = `model|${model}`;
  const item: BusinessModel = {
    id,
    kind: "model",
    model,
    ...wanted,
    database: databaseName(name, model),
    createdAt: new Date(now).toISOString(),
  };
  // One that is there already is this one: a write of it that was tried again.
  await documents.write("control", id, [{ op: "create", item }]);
  return item;
}

/** `bm_sales_report_abcdefghij`: what of a name MySQL takes everywhere, at most 30 characters of it, and the id. */
function databaseName(name: string, model: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const safe = plain
    .replaceAll(/[^a-z0-9]+/g, "_")
    .slice(0, 30)
    .replaceAll(/^_+|_+$/g, "");
  return ["bm", ...(safe === "" ? [] : [safe]), model].join("_");
}
