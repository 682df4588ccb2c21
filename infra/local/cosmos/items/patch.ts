import { badRequest } from "../failure.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Conditions } from "./conditions.ts";
import { mayWrite } from "./conditions.ts";
import { draft } from "./document.ts";
import { livingItem, missing, preconditionFailed, update } from "./operations.ts";
import type { Place } from "./operations.ts";
import type { Outcome } from "./outcome.ts";
import { applyPatch } from "./patch-operations.ts";
import type { PatchOperation } from "./patch-operations.ts";
import { patchCondition } from "./patch-condition.ts";

/** The service's limit on the operations of one patch. */
const maxOperations = 10;

/** A partial change of one item, checked in form. */
export interface PatchRequest {
  readonly operations: readonly PatchOperation[];
  /** A filter in query language (`from c where …`): the patch applies only where it is true. */
  readonly condition: string | undefined;
}

const kinds = new Set(["add", "set", "replace", "remove", "incr", "move"]);

/**
 * Reads `{operations, condition?}` or a bare list of operations; throws `Failure` 400.
 * Source: https://learn.microsoft.com/azure/cosmos-db/partial-document-update
 */
export function patchRequest(body: unknown): PatchRequest {
  const list = Array.isArray(body) ? (body as Json[]) : isObject(body) ? body["operations"] : undefined;
  if (!Array.isArray(list) || list.length === 0) throw badRequest("A patch has a list of operations.");
  if (list.length > maxOperations) {
    throw badRequest(`A patch has at most ${maxOperations} operations; this one has ${list.length}.`);
  }
  const operations = list.map((entry) => {
    if (!isObject(entry)) throw badRequest("A patch operation is a JSON object.");
    const { op, path, from, value } = entry;
    if (typeof op !== "string" || !kinds.has(op))
      throw badRequest(`The patch operation ${JSON.stringify(op)} is unknown.`);
    if (typeof path !== "string") throw badRequest("A patch operation has a path.");
    if (op === "move" && typeof from !== "string") throw badRequest("A move has a from path.");
    if (op !== "move" && op !== "remove" && value === undefined)
      throw badRequest(`The operation ${op} needs a value.`);
    return { op, path, from: typeof from === "string" ? from : undefined, value } as PatchOperation;
  });
  const condition = isObject(body) ? body["condition"] : undefined;
  if (condition !== undefined && typeof condition !== "string")
    throw badRequest("A patch condition is a text.");
  return { operations, condition };
}

/** Changes parts of one item, all operations or none: 200, 404, or 412 when a condition does not hold. */
export function patchItem(place: Place, id: string, request: PatchRequest, conditions: Conditions): Outcome {
  const item = livingItem(place, id);
  if (item === undefined) return missing(id);
  if (!mayWrite(conditions, item)) return preconditionFailed();
  const document = JSON.parse(item.body) as JsonObject;
  if (request.condition !== undefined && !patchCondition(request.condition)(document))
    return preconditionFailed();
  for (const operation of request.operations) applyPatch(document, operation);
  if (document["id"] !== id) throw badRequest("A patch cannot change the id of an item.");
  if (place.container.keys.ofDocument(document) !== place.key) {
    throw badRequest("A patch cannot change the partition key of an item.");
  }
  return update(place, draft(document, undefined), item);
}
