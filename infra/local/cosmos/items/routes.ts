import type { IncomingHttpHeaders } from "node:http";
import { badRequest } from "../failure.ts";
import type { Answer } from "../http/answer.ts";
import { isTrue } from "../http/purpose.ts";
import { parseJson } from "../http/request-body.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import type { Store } from "../store/store.ts";
import type { Conditions } from "./conditions.ts";
import { draft } from "./document.ts";
import type { Draft } from "./document.ts";
import { createItem, deleteItem, readItem, replaceItem, upsertItem } from "./operations.ts";
import type { Place } from "./operations.ts";
import { outcomeAnswer } from "./outcome.ts";
import { patchItem, patchRequest } from "./patch.ts";

/** The name of the header that carries a partition key. */
export const keyHeader = "x-ms-documentdb-partitionkey";

/** The place a request names by its header; throws `Failure` 400 without a complete partition key. */
export function placeOf(store: Store, container: ContainerEntry, headers: IncomingHttpHeaders): Place {
  const header = headers[keyHeader];
  if (typeof header !== "string") {
    throw badRequest("PartitionKey value must be supplied for this operation.", 1002);
  }
  const key = container.keys.parse(header);
  if (!key.complete)
    throw badRequest(`Partition key ${header} is incomplete: all its values are needed here.`);
  return { store, container, key: key.text };
}

/** Checks that an item belongs where it is being written; throws `Failure` 400, substatus 1001. */
export function checkKey(place: Place, item: Draft): void {
  if (place.container.keys.ofDocument(item.document) === place.key) return;
  throw badRequest(
    "PartitionKey extracted from document doesn't match the one specified in the header.",
    1001,
  );
}

function conditionsOf(headers: IncomingHttpHeaders): Conditions {
  return { ifMatch: headers["if-match"], ifNoneMatch: headers["if-none-match"] };
}

/** `POST …/docs`: create, or upsert when the header says so. */
export function postItem(
  store: Store,
  container: ContainerEntry,
  headers: IncomingHttpHeaders,
  text: string,
): Answer {
  const place = placeOf(store, container, headers);
  const item = draft(parseJson(text), text);
  checkKey(place, item);
  const operation = isTrue(headers["x-ms-documentdb-is-upsert"]) ? upsertItem : createItem;
  return outcomeAnswer(operation(place, item, conditionsOf(headers)));
}

/** `GET`, `PUT`, `PATCH`, `DELETE` on `…/docs/{id}`. */
export function oneItem(
  store: Store,
  container: ContainerEntry,
  method: string,
  id: string,
  headers: IncomingHttpHeaders,
  text: string,
): Answer | undefined {
  const place = placeOf(store, container, headers);
  switch (method) {
    case "GET":
      return outcomeAnswer(readItem(place, id, headers["if-none-match"]));
    case "PUT": {
      const item = draft(parseJson(text), text);
      checkKey(place, item);
      return outcomeAnswer(replaceItem(place, id, item, conditionsOf(headers)));
    }
    case "PATCH":
      return outcomeAnswer(patchItem(place, id, patchRequest(parseJson(text)), conditionsOf(headers)));
    case "DELETE":
      return outcomeAnswer(deleteItem(place, id, conditionsOf(headers)));
    default:
      return undefined;
  }
}
