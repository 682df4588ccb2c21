import type { DocumentPath } from "../../infra/local/cosmos/query/document-path.ts";
import { parseQuery } from "../../infra/local/cosmos/query/parser.ts";
import type { Expression, Select } from "../../infra/local/cosmos/query/syntax.ts";

/**
 * The paths of an item that a query filters, joins and sorts by, members of arrays as `[]`: what must be indexed, or
 * the service loads every item. What it selects, and groups by, may be anything.
 */
export function pathsToIndex(query: string): string[] {
  const select = parseQuery(query);
  const aliases = aliasesOf(select);
  const used = [
    ...select.from.filter(({ value }) => value.kind !== "alias").map(({ value }) => value),
    ...(select.where ? [select.where] : []),
    ...select.orderBy.map(({ value }) => value),
  ];
  return [
    ...new Set(used.flatMap((expression) => pathsIn(expression, aliases)).map((path) => path.join("/"))),
  ];
}

/** Where each alias of FROM and JOIN lies in an item. */
function aliasesOf({ from }: Select): Map<string, DocumentPath> {
  const aliases = new Map<string, DocumentPath>();
  for (const { alias, value, each } of from) {
    const path = value.kind === "alias" && !aliases.has(value.name) ? [] : pathOf(value, aliases);
    if (path === undefined) throw new Error(`what is ${alias} in FROM?`);
    aliases.set(alias, each ? [...path, "[]"] : path);
  }
  return aliases;
}

function pathOf(
  expression: Expression,
  aliases: ReadonlyMap<string, DocumentPath>,
): DocumentPath | undefined {
  if (expression.kind === "alias") return aliases.get(expression.name);
  if (expression.kind !== "member" || expression.name.kind !== "literal") return undefined;
  const of = pathOf(expression.of, aliases);
  const { value: name } = expression.name;
  return of && typeof name === "string" ? [...of, name] : undefined;
}

/** All paths within an expression, however it is built. */
function pathsIn(expression: Expression, aliases: ReadonlyMap<string, DocumentPath>): DocumentPath[] {
  const path = pathOf(expression, aliases);
  if (path) return path.length > 0 ? [path] : [];
  return Object.values(expression)
    .flat()
    .filter((member) => typeof member === "object" && member !== null && "kind" in member)
    .flatMap((member) => pathsIn(member as Expression, aliases));
}
