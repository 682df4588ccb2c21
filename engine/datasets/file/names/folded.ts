/**
 * How names of columns compare: two columns of a table must not fold to the same. MySQL and MariaDB compare them by
 * their characters in lower case, one by one; accents count. `İ` is their one character whose lower case is another
 * than Unicode's.
 */
export function foldedName(name: string): string {
  // Not all at once: at the end of a word Unicode has another lower case for Σ.
  return Array.from(name, (character) => (character === "İ" ? "i" : character.toLowerCase())).join("");
}
