import { Failure, badRequest } from "../failure.ts";
import type { Answer } from "../http/answer.ts";
import { isObject } from "../json.ts";
import type { Store } from "../store/store.ts";
import type { DatabaseEntry } from "../store/catalog.ts";
import { etagOf } from "../store/log-sequence.ts";
import { checkId } from "./container-definition.ts";

/** A database as clients see it. */
export function databaseBody(entry: DatabaseEntry): object {
  return {
    id: entry.id,
    _rid: entry.rid,
    _self: `dbs/${entry.rid}/`,
    _etag: etagOf(entry.lsn),
    _colls: "colls/",
    _users: "users/",
    _ts: entry.seconds,
  };
}

function answer(status: number, entry: DatabaseEntry): Answer {
  return { status, body: JSON.stringify(databaseBody(entry)), etag: etagOf(entry.lsn), charge: 2 };
}

/** `POST /dbs`: 201; 409 when the id is taken. */
export function createDatabase(store: Store, body: unknown): Answer {
  if (!isObject(body)) throw badRequest("A database is described by a JSON object with an id.");
  const id = checkId(body["id"]);
  if (store.catalog.databases.has(id))
    throw new Failure(409, `A database with the id "${id}" already exists.`);
  return answer(
    201,
    store.change((lsn, seconds) => store.catalog.createDatabase(id, lsn, seconds)),
  );
}

/** `GET /dbs/{id}`. */
export function readDatabase(store: Store, id: string): Answer {
  return answer(200, store.databaseEntry(id));
}

/** `DELETE /dbs/{id}`: with all its containers. */
export function deleteDatabase(store: Store, id: string): Answer {
  const entry = store.databaseEntry(id);
  store.change(() => store.catalog.deleteDatabase(entry));
  return { status: 204 };
}
