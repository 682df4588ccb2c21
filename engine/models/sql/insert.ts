import { expression } from "./expression.ts";
import { columnNames, tableOfFile } from "./names.ts";
import { VALUE } from "./place.ts";
import type { StatementReader } from "./statement-reader.ts";

/** What stands behind INSERT: rows, written out. Gives the table's name. */
export function insert(reader: StatementReader): string {
  reader.takeWord("IGNORE");
  reader.expectWord("INTO");
  const name = tableOfFile(reader);
  if (reader.isSign("(")) columnNames(reader);
  if (!reader.takeWord("VALUES", "VALUE"))
    reader.unexpected("INSERT INTO a table has VALUES (…), (…), written out");
  reader.listed(() => {
    reader.bracketed(() => {
      if (reader.isSign(")")) return;
      reader.listed(() => {
        if (!reader.takeWord("DEFAULT")) expression(reader, VALUE);
      });
    });
  });
  reader.expectEnd("INSERT ends with its rows; of two rows with one key, the file has one");
  return name;
}
