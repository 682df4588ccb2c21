/**
 * What `work` gives for each item, in the items' order, with at most `width` at work at once, so that waiting for one
 * does not hold up the next. Rejects with what the first one that failed rejected with.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const line: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    // Heard when its turn comes; if that is never, nobody wants it.
    result.catch(() => {});
    line.push(result);
    const [first] = line;
    if (line.length >= width && first) {
      yield await first;
      void line.shift();
    }
  }
  for (const result of line) yield await result;
}
