import type { JsonObject } from "../json.ts";
import type { Answer } from "../http/answer.ts";
import { compileSelect, queryText } from "../query/compile-select.ts";
import { parseQuery } from "../query/parser.ts";
import type { queryBody } from "../query/request.ts";
import type { Row } from "../query/scope.ts";

/**
 * Lists or queries databases or containers. There are few of them: all come on one page.
 *
 * @param name the member of the answer that holds them: `Databases`, `DocumentCollections`
 */
export function feed(
  name: string,
  rid: string,
  resources: readonly object[],
  query: ReturnType<typeof queryBody> | undefined,
): Answer {
  const found = query === undefined ? resources : filtered(resources, query);
  return {
    status: 200,
    body: JSON.stringify({ _rid: rid, [name]: found, _count: found.length }),
    itemCount: found.length,
  };
}

function filtered(
  resources: readonly object[],
  { query, parameters }: ReturnType<typeof queryBody>,
): unknown[] {
  const text = queryText(query, parameters);
  const root = text.slot();
  const select = compileSelect(parseQuery(query), text, undefined, root);
  const found: unknown[] = [];
  for (const resource of resources) {
    const row: Row = [];
    row[root] = resource as JsonObject;
    select.rows(row, () => {
      const value = select.output(row);
      if (value !== undefined) found.push(value);
      return true;
    });
  }
  return found.slice(select.offset, select.offset + select.limit);
}
