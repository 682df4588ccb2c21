import { plainName, tableOfFile } from "./names.ts";
import { instead } from "./refusals.ts";
import type { StatementReader } from "./statement-reader.ts";

/** What stands behind DROP: tables, views or an index of the file. Gives the name of the first table or view. */
export function drop(reader: StatementReader): string {
  if (reader.takeWord("INDEX")) {
    plainName(reader, "the index's name");
    reader.expectWord("ON");
    const name = tableOfFile(reader);
    reader.expectEnd("DROP INDEX ends with its table");
    return name;
  }
  if (!reader.takeWord("TABLE", "VIEW")) instead(reader, "DROP", "TABLE, VIEW and INDEX");
  if (reader.takeWord("IF")) reader.expectWord("EXISTS");
  const name = tableOfFile(reader);
  while (reader.takeSign(",")) tableOfFile(reader);
  reader.takeWord("RESTRICT", "CASCADE");
  reader.expectEnd("DROP ends with names of tables or views");
  return name;
}
