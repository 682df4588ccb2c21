/**
 * A name between backticks, whatever it holds: nothing of it is read as SQL. What somebody sent is to be looked up first,
 * in a dataset or a model, so that it names no table or column but theirs.
 */
export function quoted(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
