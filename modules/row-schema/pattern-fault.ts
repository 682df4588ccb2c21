/**
 * Why a pattern is not taken; undefined where it is. One whose repetition holds another, or a choice, may take longer than anybody
 * waits, whatever reads it: `(a+)+`, `(a|aa)*`.
 */
export function patternFault(pattern: string): string | undefined {
  try {
    RegExp(pattern, "u");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return repeatsWithin(pattern)
    ? "repeats what has a repetition or a choice in itself, which may take forever: write it without"
    : undefined;
}

/** Whether a group that is repeated without bound has such a repetition, or a choice, in itself. */
function repeatsWithin(pattern: string): boolean {
  const pieces = pattern.match(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\{\d+,\d*\}|[^]/g) ?? [];
  const open: boolean[] = [];
  let within = false;
  for (const [place, piece] of pieces.entries()) {
    if (piece === "(") {
      open.push(within);
      within = false;
    } else if (piece === ")") {
      if (within && isRepetition(pieces[place + 1])) return true;
      within = (open.pop() ?? false) || within;
    } else if (piece === "|" || isRepetition(piece)) within = true;
  }
  return false;
}

function isRepetition(piece: string | undefined): boolean {
  return piece === "*" || piece === "+" || (piece?.startsWith("{") === true && piece.length > 1);
}
