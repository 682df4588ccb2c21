import type { JsonObject } from "../json.ts";
import { compileSelect, queryText } from "../query/compile-select.ts";
import { parseCondition } from "../query/parser.ts";
import type { Row } from "../query/scope.ts";

/** Reads a patch's condition, `from c where …`; throws `Failure` 400 naming the place of a mistake. */
export function patchCondition(condition: string): (document: JsonObject) => boolean {
  const text = queryText(condition, new Map());
  const root = text.slot();
  const { rows } = compileSelect(parseCondition(condition), text, undefined, root);
  return (document) => {
    const row: Row = [];
    row[root] = document;
    let holds = false;
    rows(row, () => {
      holds = true;
      return false;
    });
    return holds;
  };
}
