/** One class of characters, once or as often as it comes: it takes linear time whatever the text. */
const ONE_CLASS =
  /^(?:\\[sdwSDW]|\\p\{[A-Za-z]+\}|\[\^?(?:\\[sdwSDWtnr.\-\]\\/]|\\p\{[A-Za-z]+\}|[^\\[\]&])+\]|[^\\[\]().*+?{}|^$])\+?$/;

/**
 * The pattern between slashes, where it is one class of characters: `\s+`, `[\p{Zs}\s]+`, `[^0-9]`; undefined for any other, which might
 * not mean the same here as in OpenRefine, or take forever.
 */
export function simplePattern(text: string, eitherCase: boolean): RegExp | undefined {
  if (!ONE_CLASS.test(text)) return undefined;
  try {
    // In OpenRefine, digits and letters of all scripts are \d and \w; what else is in \w there is in here.
    const unicode = text.replaceAll("\\d", "\\p{Nd}").replaceAll("\\w", "\\p{L}\\p{M}\\p{N}\\p{Pc}");
    return RegExp(
      text.startsWith("\\w") ? unicode.replace(/^([^+]+)/, "[$1]") : unicode,
      eitherCase ? "giu" : "gu",
    );
  } catch {
    return undefined;
  }
}
