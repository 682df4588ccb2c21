import type { IncomingHttpHeaders } from "node:http";
import { Failure, badRequest } from "../failure.ts";
import type { Answer } from "../http/answer.ts";
import { isTrue } from "../http/purpose.ts";
import { parseJson } from "../http/request-body.ts";
import { isObject } from "../json.ts";
import type { JsonObject } from "../json.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import { draft } from "./document.ts";
import { createItem, deleteItem, readItem, replaceItem, upsertItem } from "./operations.ts";
import type { Place } from "./operations.ts";
import { refused, succeeded } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";
import { patchItem, patchRequest } from "./patch.ts";
import { checkKey, placeOf } from "./routes.ts";

/** The service's limit on the operations of one batch. */
const maxOperations = 100;

/** Thrown inside the transaction to undo it; carries what the operations came to. */
class BatchUndone extends Error {
  readonly outcomes: readonly Outcome[];

  constructor(outcomes: readonly Outcome[]) {
    super("The batch was undone.");
    this.name = "BatchUndone";
    this.outcomes = outcomes;
  }
}

/**
 * `POST …/docs` with `x-ms-cosmos-is-batch-request`. Atomic: all operations on one partition or none
 * (207, the failed one with its own status, all others 424). Otherwise, as bulk: each for itself.
 * Source: https://learn.microsoft.com/azure/cosmos-db/transactional-batch
 */
export function batch(
  store: Store,
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
  text: string,
): Answer {
  const operations = parseJson(text);
  if (!Array.isArray(operations) || !operations.every(isObject)) {
    throw badRequest("A batch is a JSON array of operations.");
  }
  if (operations.length === 0) throw badRequest("A batch has at least one operation.");
  if (operations.length > maxOperations) {
    throw badRequest(`A batch has at most ${maxOperations} operations; this one has ${operations.length}.`);
  }
  const minimal = headers["prefer"] === "return=minimal";
  if (isTrue(headers["x-ms-cosmos-batch-atomic"])) {
    const place = placeOf(store, container, headers);
    return answer(atomic(place, operations), minimal);
  }
  const goOn = isTrue(headers["x-ms-cosmos-batch-continue-on-error"]);
  return answer(bulk(store, container, operations, goOn), minimal);
}

function atomic(place: Place, operations: readonly JsonObject[]): readonly Outcome[] {
  try {
    place.store.commit.begin();
    return place.store.atomically(() => {
      const outcomes: Outcome[] = [];
      for (const operation of operations) {
        const outcome = attempt(() => perform(place, operation));
        outcomes.push(outcome);
        if (!succeeded(outcome)) throw new BatchUndone(outcomes);
      }
      return outcomes;
    });
  } catch (error) {
    if (!(error instanceof BatchUndone)) throw error;
    const failed = error.outcomes.length - 1;
    const dependent = refused(424, "Another operation of the batch failed; nothing was written.");
    return operations.map((_, at) => (at === failed ? (error.outcomes[at] ?? dependent) : dependent));
  }
}

function bulk(
  store: Store,
  container: ContainerEntry,
  operations: readonly JsonObject[],
  goOn: boolean,
): readonly Outcome[] {
  let stopped = false;
  return operations.map((operation) => {
    if (stopped) return refused(424, "An earlier operation failed and the request says to stop then.");
    const outcome = attempt(() => {
      const key = operation["partitionKey"];
      if (typeof key !== "string")
        throw badRequest("PartitionKey value must be supplied for this operation.", 1002);
      const { text, complete } = container.keys.parse(key);
      if (!complete) throw badRequest(`Partition key ${key} is incomplete.`);
      return perform({ store, container, key: text }, operation);
    });
    stopped = !goOn && !succeeded(outcome);
    return outcome;
  });
}

function attempt(work: () => Outcome): Outcome {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) return refused(error.status, error.message, error.substatus);
    throw error;
  }
}

function perform(place: Place, operation: JsonObject): Outcome {
  const { operationType, id, resourceBody, ifMatch, ifNoneMatch } = operation;
  const conditions = {
    ifMatch: typeof ifMatch === "string" ? ifMatch : undefined,
    ifNoneMatch: typeof ifNoneMatch === "string" ? ifNoneMatch : undefined,
  };
  if (operationType === "Create" || operationType === "Upsert") {
    const item = draft(resourceBody, undefined);
    checkKey(place, item);
    return operationType === "Create"
      ? createItem(place, item, conditions)
      : upsertItem(place, item, conditions);
  }
  if (typeof id !== "string")
    throw badRequest(`The operation ${JSON.stringify(operationType)} needs the id of its item.`);
  switch (operationType) {
    case "Read":
      return readItem(place, id, conditions.ifNoneMatch);
    case "Replace": {
      const item = draft(resourceBody, undefined);
      checkKey(place, item);
      return replaceItem(place, id, item, conditions);
    }
    case "Delete":
      return deleteItem(place, id, conditions);
    case "Patch":
      return patchItem(place, id, patchRequest(resourceBody), conditions);
    default:
      throw badRequest(`The operation type ${JSON.stringify(operationType)} is unknown.`);
  }
}

/** Puts the answer together as text: the items in it are text already. */
function answer(outcomes: readonly Outcome[], minimal: boolean): Answer {
  let charge = 0;
  let failed = false;
  let text = "[";
  for (const outcome of outcomes) {
    const { status, body, etag, substatus, message } = outcome;
    charge += outcome.charge;
    failed ||= !succeeded(outcome);
    if (text.length > 1) text += ",";
    text += `{"statusCode":${status},"requestCharge":${outcome.charge}`;
    if (substatus) text += `,"subStatusCode":${substatus}`;
    if (etag !== undefined) text += `,"eTag":${JSON.stringify(etag)}`;
    if (message !== undefined) text += `,"message":${JSON.stringify(message)}`;
    if (body !== undefined && !minimal) text += `,"resourceBody":${body}`;
    text += "}";
  }
  return {
    status: failed ? 207 : 200,
    body: `${text}]`,
    charge: Math.round(charge * 100) / 100,
    itemCount: outcomes.length,
  };
}
