import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { type BusinessModel, listModels, readModel } from "../../engine/models/model.ts";
import type { Documents } from "../../engine/ports.ts";

/** Models of a page of the list. */
const PAGE = 200;

/**
 * The business model of that id, or else of that name, among those of `owner` where it is given. Throws a
 * PermanentError where there is none, more than one, or one that has no tables to write to.
 */
export async function modelNamed(
  documents: Documents,
  model: string,
  owner: string | undefined,
): Promise<BusinessModel> {
  const byId = (await readModel(documents, model))?.item;
  if (byId && (owner === undefined || byId.owner === owner)) return writable(byId);
  const named = await modelsOfName(documents, model, owner);
  const [first, second] = named;
  const whose = owner === undefined ? "" : ` of "${owner}"`;
  if (!first) throw new PermanentError(`there is no business model "${model}"${whose}`);
  if (second) {
    const owners = named.map((each) => JSON.stringify(each.owner)).join(", ");
    throw new PermanentError(
      `the owners ${owners} have a business model "${model}" each: say "owner", or give its id`,
    );
  }
  return writable(first);
}

async function modelsOfName(
  documents: Documents,
  name: string,
  owner: string | undefined,
): Promise<readonly BusinessModel[]> {
  const found: BusinessModel[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await listModels(documents, { owner, limit: PAGE, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.items.filter((each) => each.name.toLowerCase() === name.toLowerCase()));
    if (page.next === null) return found;
    cursor = page.next;
  }
}

function writable(model: BusinessModel): BusinessModel {
  const { name, ready_made: readyMade, sql, users } = model;
  if (readyMade !== undefined)
    throw new PermanentError(`the business model "${name}" is a ready-made one, which fills itself`);
  if (!sql || !users)
    throw new PermanentError(`the business model "${name}" has no tables yet: upload its .sql first`);
  return model;
}
