/** Words between spaces, quotes of both kinds around those that have some; undefined where one does not end. */
export function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  const rest = text.trim().replaceAll(/(?:"([^"]*)"|'([^']*)'|([^\s"']+))(?:\s+|$)/gy, (_, ...groups) => {
    words.push(String(groups.slice(0, 3).find((group) => group !== undefined)));
    return "";
  });
  return rest === "" ? words : undefined;
}
