import { badRequest } from "./failure.ts";
import { isObject } from "./json.ts";
import type { Json, JsonObject } from "./json.ts";

/** Where a container's items carry their partition key: one path, or two or three (hierarchical). */
export interface PartitionKeyDefinition {
  readonly paths: readonly string[];
  readonly kind: "Hash" | "MultiHash";
  readonly version: number;
  readonly systemKey?: boolean;
}

/**
 * A partition key as one text: the JSON array of its values, `{}` standing for undefined. The type of a
 * value is part of it: `[5]` is not `["5"]`.
 */
export interface PartitionKey {
  readonly text: string;
  /** False for the prefix of a hierarchical key. */
  readonly complete: boolean;
}

/** Splits `/a/b` or `/"a b"/c` into its names; throws `Failure` 400 on anything else. */
export function pathNames(path: string): string[] {
  const names: string[] = [];
  let at = 0;
  while (at < path.length) {
    if (path[at] !== "/") throw badRequest(`The path "${path}" is not valid at position ${at}.`);
    const quote = path[at + 1];
    if (quote === '"' || quote === "'") {
      const close = path.indexOf(quote, at + 2);
      if (close < 0) throw badRequest(`The path "${path}" has an open quote at position ${at + 1}.`);
      names.push(path.slice(at + 2, close));
      at = close + 1;
    } else {
      const next = path.indexOf("/", at + 1);
      const end = next < 0 ? path.length : next;
      names.push(path.slice(at + 1, end));
      at = end;
    }
  }
  return names;
}

/** The value at a path of names, or undefined. */
export function valueAt(document: JsonObject, names: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const name of names) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function part(value: Json | undefined): string {
  if (value === undefined) return "{}";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isObject(value) && Object.keys(value).length === 0) return "{}";
  throw badRequest("A partition key value is a string, a number, a boolean, null or absent.");
}

/** Reads keys from documents and from headers, for one container. */
export interface KeyReader {
  /** The key of a document's own values; throws `Failure` 400 on an object or array. */
  ofDocument(document: JsonObject): string;
  /** The key in `x-ms-documentdb-partitionkey` or in a bulk operation; throws `Failure` 400 when malformed. */
  parse(header: string): PartitionKey;
}

/** @param definition as stored with the container */
export function keyReader(definition: PartitionKeyDefinition): KeyReader {
  const names = definition.paths.map(pathNames);
  const single = names.length === 1 && names[0]?.length === 1 ? names[0][0] : undefined;
  const system = definition.systemKey === true;
  return {
    ofDocument(document) {
      if (system) return "[]";
      if (single !== undefined && Object.hasOwn(document, single)) return `[${part(document[single])}]`;
      return `[${names.map((path) => part(valueAt(document, path))).join(",")}]`;
    },
    parse(header) {
      let values: unknown;
      try {
        values = JSON.parse(header);
      } catch {
        throw badRequest(`Partition key ${header} is invalid: it is not a JSON array.`);
      }
      if (!Array.isArray(values) || values.length > names.length) {
        throw badRequest(`Partition key ${header} is invalid for a key of ${names.length} path(s).`);
      }
      if (system || (values.length === 0 && names.length === 1)) {
        return { text: system ? "[]" : "[{}]", complete: true };
      }
      const text = `[${(values as Json[]).map(part).join(",")}]`;
      return { text, complete: values.length === names.length };
    },
  };
}

/** The bounds, lower inclusive and upper exclusive, of all complete keys that begin with a prefix. */
export function prefixBounds(prefix: PartitionKey): { from: string; below: string } {
  const open = prefix.text.slice(0, -1);
  // Values are separated by a comma; the character after it bounds them from above.
  return open === "[" ? { from: "[", below: "\\" } : { from: `${open},`, below: `${open}-` };
}
