import { pathNames } from "../partition-key.ts";
import type { IndexingPolicy } from "../resources/container-definition.ts";
import type { DocumentPath } from "./document-path.ts";

/** How well a policy's path fits: the number of names it shares, a half more when it ends in `?`; -1 for not at all. */
function fit(pattern: string, path: DocumentPath): number {
  const names = pathNames(pattern);
  const end = names.pop();
  if (end !== "?" && end !== "*") names.push(end ?? "");
  const wanted = path.map((name) => (typeof name === "number" ? "[]" : name));
  if (names.length > wanted.length || !names.every((name, at) => name === wanted[at])) return -1;
  if (end === "*") return names.length;
  return names.length === wanted.length ? names.length + 0.5 : -1;
}

/**
 * True when a container's policy indexes a path: the most precise of its included and excluded paths decides.
 * https://learn.microsoft.com/azure/cosmos-db/index-policy#include-exclude-precedence
 */
export function isIndexed(policy: IndexingPolicy, path: DocumentPath): boolean {
  if (policy.indexingMode === "none") return false;
  if (path.length === 1 && (path[0] === "id" || path[0] === "_ts")) return true;
  const best = (list: readonly { path: string }[]): number =>
    Math.max(-1, ...list.map((entry) => fit(entry.path, path)));
  return best(policy.includedPaths) > best(policy.excludedPaths);
}

/** True when a composite index serves these sort keys: the same paths in order, all directions as in it or all turned. */
export function hasCompositeIndex(
  policy: IndexingPolicy,
  keys: readonly { readonly path: DocumentPath; readonly descending: boolean }[],
): boolean {
  return (policy.compositeIndexes ?? []).some((index) => {
    const turned = index.map(({ path, order }, at) => {
      const key = keys[at];
      if (key === undefined || JSON.stringify(pathNames(path)) !== JSON.stringify(key.path)) return undefined;
      return (order === "descending") !== key.descending;
    });
    return index.length === keys.length && !turned.includes(undefined) && new Set(turned).size === 1;
  });
}
