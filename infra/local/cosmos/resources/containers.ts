import { Failure, badRequest } from "../failure.ts";
import type { Answer } from "../http/answer.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { etagMatches, etagOf } from "../store/log-sequence.ts";
import type { Store } from "../store/store.ts";
import { containerDefinition } from "./container-definition.ts";

/** A container as clients see it. */
export function containerBody(entry: ContainerEntry): object {
  return {
    ...entry.definition,
    _rid: entry.rid,
    _self: entry.self,
    _etag: etagOf(entry.lsn),
    _docs: "docs/",
    _sprocs: "sprocs/",
    _triggers: "triggers/",
    _udfs: "udfs/",
    _conflicts: "conflicts/",
    _ts: entry.seconds,
  };
}

function answer(status: number, entry: ContainerEntry): Answer {
  return { status, body: JSON.stringify(containerBody(entry)), etag: etagOf(entry.lsn), charge: 2 };
}

/** `POST /dbs/{db}/colls`: 201; 409 when the id is taken; 400 naming what is wrong in the definition. */
export function createContainer(store: Store, database: string, body: unknown): Answer {
  const owner = store.databaseEntry(database);
  const definition = containerDefinition(body);
  if (owner.containers.has(definition.id)) {
    throw new Failure(409, `A container with the id "${definition.id}" already exists.`);
  }
  return answer(
    201,
    store.change((lsn, seconds) => store.catalog.createContainer(owner, definition, lsn, seconds)),
  );
}

/** `GET /dbs/{db}/colls/{id}`. */
export function readContainer(store: Store, database: string, id: string): Answer {
  return answer(200, store.container(database, id));
}

/** `PUT /dbs/{db}/colls/{id}`: indexing policy and time to live may change; id, partition key and unique keys may not. */
export function replaceContainer(
  store: Store,
  database: string,
  id: string,
  body: unknown,
  ifMatch: string | undefined,
): Answer {
  const entry = store.container(database, id);
  const definition = containerDefinition(body);
  if (ifMatch !== undefined && !etagMatches(ifMatch, entry.lsn))
    throw new Failure(412, "The container has changed.");
  if (definition.id !== id) throw badRequest("The id of a container cannot be changed.");
  const fixed = (of: typeof definition): string =>
    JSON.stringify([of.partitionKey.paths, of.uniqueKeyPolicy]);
  if (fixed(definition) !== fixed(entry.definition)) {
    throw badRequest("The partition key and the unique keys of a container cannot be changed.");
  }
  store.change((lsn, seconds) => {
    const kept = { ...definition, partitionKey: entry.definition.partitionKey };
    store.catalog.replaceContainer(entry, kept, lsn, seconds);
  });
  return answer(200, entry);
}

/** `DELETE /dbs/{db}/colls/{id}`: with all its items. */
export function deleteContainer(store: Store, database: string, id: string): Answer {
  const owner = store.databaseEntry(database);
  const entry = store.container(database, id);
  store.change(() => store.catalog.deleteContainer(owner, entry));
  return { status: 204 };
}
