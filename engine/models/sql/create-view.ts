import { columnNames, newTable } from "./names.ts";
import { query } from "./query.ts";
import type { StatementReader } from "./statement-reader.ts";

/** Words with which what may stand between CREATE and VIEW begins. */
export const BEFORE_VIEW = ["ALGORITHM", "DEFINER", "SQL", "VIEW"];

/**
 * What stands behind CREATE [OR REPLACE]: how the view works, its name, its SELECT. Gives the name.
 * https://dev.mysql.com/doc/refman/8.4/en/create-view.html
 */
export function createView(reader: StatementReader): string {
  if (reader.takeWord("ALGORITHM")) {
    reader.expectSign("=");
    reader.expectWord("UNDEFINED", "MERGE", "TEMPTABLE");
  }
  if (reader.isWord("DEFINER")) {
    reader.fail("DEFINER is not for a model, views run with the rights of who asks: leave it out");
  }
  if (reader.takeWord("SQL")) {
    reader.expectWord("SECURITY");
    if (!reader.takeWord("INVOKER"))
      reader.unexpected("views run with the rights of who asks, SQL SECURITY INVOKER");
  }
  reader.expectWord("VIEW");
  const name = newTable(reader);
  if (reader.isSign("(")) columnNames(reader);
  reader.expectWord("AS");
  query(reader);
  reader.expectEnd("a view ends with its SELECT, which has no INTO, FOR UPDATE, LOCK, PROCEDURE and hints");
  return name;
}
