/** A header's value with its parameters: `form-data; name="file"; filename="a.csv"`. */
export interface HeaderValue {
  /** What stands before the first `;`, in lower case. */
  readonly value: string;
  /** By name in lower case; of two with one name the first counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;[ \t]*([!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))[ \t]*/giy;

/** Browsers write these three in a name as percent and two digits, and nothing else (HTML, "multipart/form-data"). */
const PERCENT: Readonly<Record<string, string>> = { "%22": '"', "%0D": "\r", "%0A": "\n" };

/** Reads a header's value and its parameters (RFC 9110, section 5.6.6; `name*` as in RFC 8187). What is malformed is left out. */
export function headerValue(text: string): HeaderValue {
  const end = text.indexOf(";");
  const value = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (end >= 0) {
    // Reads on where the one before it ended, so that a `;` within quotes begins none.
    for (const [, name = "", quotedText, bare = ""] of text.slice(end).matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (!parameters.has(key))
        parameters.set(key, quotedText === undefined ? bare.trim() : unquoted(quotedText));
    }
  }
  return { value, parameters };
}

/** The file name among parameters: `filename*` where it can be read, else `filename`; undefined where neither is. */
export function fileNameIn(parameters: ReadonlyMap<string, string>): string | undefined {
  const extended = /^utf-8'[^']*'(.*)$/i.exec(parameters.get("filename*") ?? "")?.[1];
  try {
    if (extended !== undefined) return decodeURIComponent(extended);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  return parameters.get("filename");
}

/** A backslash escapes a quote and a backslash alone: Windows sends paths with single ones. */
function unquoted(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, "$1")
    .replaceAll(/%(?:22|0D|0A)/gi, (code) => PERCENT[code.toUpperCase()] ?? code);
}
