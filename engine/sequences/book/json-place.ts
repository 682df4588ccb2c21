const SPACE = /[ \t\n\r]*/y;
const STRING = /"(?:[^"\\\p{Cc}]+|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text stops to be JSON (https://www.rfc-editor.org/rfc/rfc8259), in words: `line 3, column 5`; undefined where it
 * is JSON. What the engine's own parser says of it names no place, or not always.
 */
export function faultPlace(text: string): string | undefined {
  const at = faultAt(text);
  if (at === undefined) return undefined;
  const lines = text.slice(0, at).split("\n");
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

/** The index of the first token that cannot stand where it does, or the end where one is missing. */
function faultAt(text: string): number | undefined {
  // Of each list and object that is open, what closes it.
  const open: ("]" | "}")[] = [];
  let at = 0;
  const take = (token: RegExp): boolean => {
    token.lastIndex = at;
    const [found] = token.exec(text) ?? [];
    at += found?.length ?? 0;
    return found !== undefined;
  };
  const takeSign = (sign: string): boolean => {
    take(SPACE);
    if (text[at] !== sign) return false;
    at += 1;
    return true;
  };
  const takeKey = (): boolean => {
    take(SPACE);
    return take(STRING) && takeSign(":");
  };
  for (;;) {
    if (takeSign("[")) {
      open.push("]");
      if (!takeSign("]")) continue;
      open.pop();
    } else if (takeSign("{")) {
      open.push("}");
      if (!takeSign("}")) {
        if (!takeKey()) return at;
        continue;
      }
      open.pop();
    } else if (!take(STRING) && !take(SCALAR)) return at;
    // A value is behind us: all that ends with it, and what comes next.
    while (open.length > 0 && takeSign(open.at(-1) ?? "")) open.pop();
    take(SPACE);
    if (open.length === 0) return at === text.length ? undefined : at;
    if (!takeSign(",") || (open.at(-1) === "}" && !takeKey())) return at;
  }
}
