/**
 * The regular expression of a LIKE pattern: `%` is any text, `_` any one character; `escape` before either (or
 * before itself) takes it literally. Undefined when the escape is not one character.
 */
export function likePattern(pattern: string, escape?: string): RegExp | undefined {
  if (escape !== undefined && Array.from(escape).length !== 1) return undefined;
  let source = "";
  let literal = false;
  for (const character of pattern) {
    if (literal) {
      source += quote(character);
      literal = false;
    } else if (character === escape) literal = true;
    else if (character === "%") source += ".*";
    else if (character === "_") source += ".";
    else source += quote(character);
  }
  if (literal) source += quote(escape ?? "");
  return new RegExp(`^${source.replace(/(?:\.\*){2,}/g, ".*")}$`, "su");
}

function quote(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
