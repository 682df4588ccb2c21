/** What is said where a column is asked for that a file has not. */
export function noSuchColumn(column: string, columns: readonly string[]): string {
  const most = 30;
  const listed = columns.slice(0, most).map((name) => JSON.stringify(name));
  const more = columns.length > most ? ` and ${columns.length - most} more` : "";
  return `the file has no column ${JSON.stringify(column)}: it has ${listed.join(", ")}${more}`;
}
