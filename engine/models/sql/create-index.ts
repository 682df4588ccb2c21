import { indexed, takeMethod } from "./key.ts";
import { plainName, tableOfFile } from "./names.ts";
import type { StatementReader } from "./statement-reader.ts";

/** What stands behind CREATE: an index of a table. Gives the table's name. */
export function createIndex(reader: StatementReader): string {
  reader.takeWord("UNIQUE", "FULLTEXT");
  reader.expectWord("INDEX");
  plainName(reader, "the index's name");
  takeMethod(reader);
  reader.expectWord("ON");
  const name = tableOfFile(reader);
  indexed(reader);
  reader.expectEnd("an index ends with its columns, USING and COMMENT");
  return name;
}
