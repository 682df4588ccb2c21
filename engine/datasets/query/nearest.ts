/** How many names to suggest. */
const MOST = 3;

/** Longer words are not compared: nobody mistypes that much. */
const LONGEST = 64;

/**
 * The names that somebody may have meant, the nearest first: at most three, each with half of its letters at least, without
 * regard to case.
 */
export function nearestNames(word: string, names: readonly string[]): readonly string[] {
  if (word.length > LONGEST) return [];
  const lower = word.toLowerCase();
  return names
    .map((name) => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(Math.max(name.length, word.length) / 2)))
    .toSorted((one, other) => one.far - other.far)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** How many letters to add, leave out or change (Levenshtein) to make the one of the other. */
function distance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const change = (above[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      line.push(Math.min(change, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[other.length] ?? 0;
}
