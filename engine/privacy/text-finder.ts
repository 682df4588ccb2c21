/** As many characters as tell most texts apart by how they begin. */
const START = 8;

/** Tells which of many texts stand in another one, in one pass over that. */
export class TextFinder {
  /** The texts by how they begin. */
  readonly #byStart: ReadonlyMap<string, readonly string[]>;
  readonly #lengths: readonly number[];

  constructor(texts: Iterable<string>) {
    this.#byStart = Map.groupBy(texts, (text) => text.slice(0, START));
    this.#lengths = [...new Set([...this.#byStart.keys()].map((start) => start.length))];
  }

  /** Those that stand in a text. */
  in(text: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const length of this.#lengths) {
      for (let at = 0; at + length <= text.length; at += 1) {
        for (const each of this.#byStart.get(text.slice(at, at + length)) ?? []) {
          if (text.startsWith(each, at)) found.add(each);
        }
      }
    }
    return found;
  }
}
