import { badRequest } from "../failure.ts";
import { isObject } from "../json.ts";
import type { Json, JsonObject } from "../json.ts";
import { pathNames } from "../partition-key.ts";
import type { PartitionKeyDefinition } from "../partition-key.ts";

/** A container as its creator described it, completed with the service's defaults. */
export interface ContainerDefinition {
  readonly id: string;
  readonly partitionKey: PartitionKeyDefinition;
  readonly indexingPolicy: IndexingPolicy;
  readonly uniqueKeyPolicy: { readonly uniqueKeys: readonly { readonly paths: readonly string[] }[] };
  /** Seconds an item lives unless it says otherwise; -1: for ever, but an item's own `ttl` counts; absent: no expiry at all. */
  readonly defaultTtl?: number;
  /** Whatever else the creator sent (conflict resolution, computed properties …): kept and given back. */
  readonly [name: string]: unknown;
}

/** Which paths are indexed; see https://learn.microsoft.com/azure/cosmos-db/index-policy */
export interface IndexingPolicy {
  readonly indexingMode: string;
  readonly automatic: boolean;
  readonly includedPaths: readonly { readonly path: string }[];
  readonly excludedPaths: readonly { readonly path: string }[];
  readonly compositeIndexes?: readonly (readonly { readonly path: string; readonly order?: string }[])[];
}

/** Rejects ids the service rejects: empty, too long, or with a character that a link cannot hold. */
export function checkId(id: unknown): string {
  if (typeof id !== "string" || id === "")
    throw badRequest("The input name is invalid: an id is a text that is not empty.");
  if (id.length > 255) throw badRequest("The input name is invalid: an id has at most 255 characters.");
  if (/[/\\?#]/.test(id) || id.endsWith(" ")) {
    throw badRequest(
      `The input name '${id}' is invalid: '/', '\\', '?', '#' and a space at the end are not allowed.`,
    );
  }
  return id;
}

function partitionKey(given: Json | undefined): PartitionKeyDefinition {
  if (!isObject(given)) return { paths: ["/_partitionKey"], kind: "Hash", version: 2, systemKey: true };
  const paths = given["paths"];
  if (!Array.isArray(paths) || paths.length < 1 || paths.length > 3) {
    throw badRequest("A partition key definition has one path, or two or three for a hierarchical key.");
  }
  for (const path of paths) {
    if (typeof path !== "string" || pathNames(path).some((name) => name === "")) {
      throw badRequest(`The partition key path ${JSON.stringify(path)} is invalid.`);
    }
  }
  const kind = paths.length > 1 ? "MultiHash" : given["kind"] === "MultiHash" ? "MultiHash" : "Hash";
  const version = typeof given["version"] === "number" ? given["version"] : kind === "MultiHash" ? 2 : 1;
  const system = given["systemKey"] === true ? { systemKey: true } : {};
  return { paths: paths as string[], kind, version, ...system };
}

function pathList(given: Json | undefined, otherwise: { path: string }[]): { path: string }[] {
  if (given === undefined) return otherwise;
  if (
    !Array.isArray(given) ||
    !given.every((entry) => isObject(entry) && typeof entry["path"] === "string")
  ) {
    throw badRequest("The indexing policy's paths are a list of objects with a path.");
  }
  return given as unknown as { path: string }[];
}

function indexingPolicy(given: Json | undefined): IndexingPolicy {
  const policy: JsonObject = isObject(given) ? given : {};
  const mode =
    typeof policy["indexingMode"] === "string" ? policy["indexingMode"].toLowerCase() : "consistent";
  if (mode !== "consistent" && mode !== "none" && mode !== "lazy") {
    throw badRequest(`The indexing mode "${mode}" is unknown.`);
  }
  const whole = mode === "none" ? [] : [{ path: "/*" }];
  const excludedPaths = pathList(policy["excludedPaths"], []);
  const withEtag =
    mode === "none" || excludedPaths.some(({ path }) => path.startsWith('/"_etag"'))
      ? excludedPaths
      : [...excludedPaths, { path: '/"_etag"/?' }];
  return {
    ...policy,
    indexingMode: mode,
    automatic: policy["automatic"] !== false,
    includedPaths: pathList(
      policy["includedPaths"],
      excludedPaths.some(({ path }) => path === "/*") ? [] : whole,
    ),
    excludedPaths: withEtag,
  };
}

function uniqueKeys(given: Json | undefined): { paths: string[] }[] {
  const keys = isObject(given) ? given["uniqueKeys"] : undefined;
  if (keys === undefined) return [];
  if (!Array.isArray(keys)) throw badRequest("The unique key policy's uniqueKeys are a list.");
  return keys.map((key) => {
    const paths = isObject(key) ? key["paths"] : undefined;
    if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === "string")) {
      throw badRequest("A unique key has at least one path.");
    }
    for (const path of paths) pathNames(path);
    return { paths };
  });
}

function timeToLive(given: Json | undefined): { defaultTtl?: number } {
  if (given === undefined || given === null) return {};
  if (
    typeof given !== "number" ||
    !Number.isInteger(given) ||
    given === 0 ||
    given < -1 ||
    given > 2_147_483_647
  ) {
    throw badRequest("The defaultTtl must be -1 or a positive whole number of seconds.");
  }
  return { defaultTtl: given };
}

const systemNames = ["_rid", "_self", "_etag", "_ts", "_docs", "_sprocs", "_triggers", "_udfs", "_conflicts"];

/** Reads the body that creates or replaces a container; throws `Failure` 400 naming what is wrong. */
export function containerDefinition(body: unknown): ContainerDefinition {
  if (!isObject(body)) throw badRequest("A container is described by a JSON object.");
  const kept: JsonObject = { ...body };
  for (const name of [...systemNames, "defaultTtl"]) delete kept[name];
  return {
    ...kept,
    id: checkId(body["id"]),
    partitionKey: partitionKey(body["partitionKey"]),
    indexingPolicy: indexingPolicy(body["indexingPolicy"]),
    uniqueKeyPolicy: { uniqueKeys: uniqueKeys(body["uniqueKeyPolicy"]) },
    ...timeToLive(body["defaultTtl"]),
  };
}
