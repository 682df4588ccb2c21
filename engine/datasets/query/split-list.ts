/**
 * Splits a list at its commas; a list of nothing has one empty item. `\,` is a comma within an item and `\\` a
 * backslash; any other backslash stands for itself.
 */
export function splitList(text: string): readonly string[] {
  const items = [""];
  for (const [piece] of text.matchAll(/\\[\\,]|[^\\,]+|[\\,]/g)) {
    if (piece === ",") items.push("");
    else items.push(`${items.pop() ?? ""}${/^\\[\\,]$/.test(piece) ? piece.slice(1) : piece}`);
  }
  return items;
}
