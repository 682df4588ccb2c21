/** Why names may not be as they are between these backticks; undefined where they may. */
export function nameFault(name: string): string | undefined {
  if (name.length > 64) return "a name has at most 64 characters";
  // MySQL keeps names in characters of 16 bits, and takes none that ends in a space.
  const fits = /^[\p{L}\p{M}\p{N}_$ -]+$/u.test(name) && !/^ | $|[\ud800-\udfff]/.test(name);
  return fits ? undefined : "a name has letters, digits, _, $, - and spaces between them: choose another";
}

/** The first control character other than tab and line ends, as `U+0000`; undefined where there is none. */
export function controlIn(text: string): string | undefined {
  const found = /[^\P{Cc}\t\r\n]/u.exec(text)?.[0];
  return found === undefined ? undefined : codeOf(found);
}

/** What a reader of a fault can search for: a character, visible or not, as `U+00A0`. */
export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
