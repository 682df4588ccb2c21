import { badRequest } from "../failure.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";

/** One step of a patch; `path` and `from` are JSON pointers. */
export interface PatchOperation {
  readonly op: "add" | "set" | "replace" | "remove" | "incr" | "move";
  readonly path: string;
  readonly from: string | undefined;
  readonly value: Json;
}

/** Where a pointer leads: the thing that holds the place, and the place in it. */
type Target = { holder: JsonObject; name: string } | { holder: Json[]; at: number };

/** JSON pointer, https://www.rfc-editor.org/rfc/rfc6901: `~1` is a slash, `~0` a tilde. */
function pointer(path: string): string[] {
  if (!path.startsWith("/") || path === "/") throw badRequest(`The patch path "${path}" is invalid.`);
  return path
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function target(document: JsonObject, path: string): Target {
  const names = pointer(path);
  const last = names.pop() ?? "";
  let holder: Json | undefined = document;
  for (const name of names) {
    if (Array.isArray(holder)) holder = holder[index(holder, name, path)];
    else if (isObject(holder) && Object.hasOwn(holder, name)) holder = holder[name];
    else holder = undefined;
    if (holder === undefined) throw badRequest(`The patch path "${path}" does not exist at "${name}".`);
  }
  if (Array.isArray(holder)) return { holder, at: last === "-" ? holder.length : index(holder, last, path) };
  if (isObject(holder)) return { holder, name: last };
  throw badRequest(`The patch path "${path}" leads into a value that is neither an object nor an array.`);
}

function index(array: Json[], name: string, path: string): number {
  const at = /^(0|[1-9]\d*)$/.test(name) ? Number(name) : Number.NaN;
  if (!(at <= array.length))
    throw badRequest(`The patch path "${path}" is not a place in an array of ${array.length}.`);
  return at;
}

function current(place: Target): Json | undefined {
  if ("at" in place) return place.holder[place.at];
  return Object.hasOwn(place.holder, place.name) ? place.holder[place.name] : undefined;
}

/** Writes a member without touching the prototype, whatever its name. */
function define(holder: JsonObject, name: string, value: Json): void {
  Object.defineProperty(holder, name, { value, writable: true, enumerable: true, configurable: true });
}

function put(place: Target, value: Json, insert: boolean): void {
  if (!("at" in place)) define(place.holder, place.name, value);
  else if (insert || place.at === place.holder.length) place.holder.splice(place.at, 0, value);
  else place.holder[place.at] = value;
}

function remove(place: Target, path: string): Json {
  const value = current(place);
  if (value === undefined) throw badRequest(`The patch path "${path}" does not exist.`);
  if ("at" in place) place.holder.splice(place.at, 1);
  else delete place.holder[place.name];
  return value;
}

/** Applies one step in place; throws `Failure` 400 when its path does not allow it. */
export function applyPatch(document: JsonObject, { op, path, from, value }: PatchOperation): void {
  switch (op) {
    case "add":
      // In an array, add inserts and set overwrites.
      put(target(document, path), value, true);
      return;
    case "set":
      put(target(document, path), value, false);
      return;
    case "replace": {
      const place = target(document, path);
      if (current(place) === undefined) throw badRequest(`The patch path "${path}" does not exist.`);
      put(place, value, false);
      return;
    }
    case "remove":
      remove(target(document, path), path);
      return;
    case "incr": {
      const place = target(document, path);
      const old = current(place);
      if (typeof value !== "number" || (old !== undefined && typeof old !== "number")) {
        throw badRequest(`The patch path "${path}" can only be incremented by a number when it is a number.`);
      }
      put(place, (old ?? 0) + value, false);
      return;
    }
    case "move": {
      const source = from ?? "";
      if (path.startsWith(`${source}/`)) throw badRequest(`"${source}" cannot be moved into itself.`);
      const moved = remove(target(document, source), source);
      put(target(document, path), moved, true);
    }
  }
}
