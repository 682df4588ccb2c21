import type { Json } from "../json.ts";
import { ofText, takes } from "./query-function.ts";
import type { QueryFunction } from "./query-function.ts";
import type { Value } from "./values.ts";

/** The longest text a function may make, so that REPLICATE cannot fill the memory. */
const maxLength = 1024 * 1024;

/** A test of two texts whose third argument, true, ignores the case of letters. */
function textTest(test: (text: string, part: string) => boolean): QueryFunction {
  return takes(2, 3, ([text, part, ignoreCase]) => {
    if (typeof text !== "string" || typeof part !== "string") return undefined;
    return ignoreCase === true ? test(text.toLowerCase(), part.toLowerCase()) : test(text, part);
  });
}

/** A function of a text and a number. */
function textAndNumber(call: (text: string, number: number) => Value): QueryFunction {
  return takes(2, 2, ([text, number]) =>
    typeof text === "string" && typeof number === "number" ? call(text, number) : undefined,
  );
}

/** Reads JSON of one kind from a text; undefined when the text is not that. */
function parsed(accepts: (value: Json) => boolean): QueryFunction {
  return ofText((text) => {
    try {
      const value = JSON.parse(text.trim()) as Json;
      return accepts(value) ? value : undefined;
    } catch {
      return undefined;
    }
  });
}

function regexMatch(text: string, pattern: string, modifiers: string): boolean | undefined {
  if (!/^[msix]*$/.test(modifiers)) return undefined;
  const source = modifiers.includes("x") ? pattern.replaceAll(/\s+/g, "") : pattern;
  try {
    return new RegExp(source, modifiers.replaceAll("x", "")).test(text);
  } catch {
    return undefined;
  }
}

function toText(value: Value): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Strings: https://learn.microsoft.com/azure/cosmos-db/nosql/query/string-functions */
export const stringFunctions: Readonly<Record<string, QueryFunction>> = {
  CONCAT: takes(2, 20, (args) =>
    args.every((text) => typeof text === "string") ? args.join("") : undefined,
  ),
  CONTAINS: textTest((text, part) => text.includes(part)),
  STARTSWITH: textTest((text, part) => text.startsWith(part)),
  ENDSWITH: textTest((text, part) => text.endsWith(part)),
  STRINGEQUALS: textTest((text, part) => text === part),
  INDEX_OF: takes(2, 3, ([text, part, from]) =>
    typeof text === "string" && typeof part === "string"
      ? text.indexOf(part, typeof from === "number" ? from : 0)
      : undefined,
  ),
  LEFT: textAndNumber((text, count) => text.slice(0, Math.max(0, count))),
  RIGHT: textAndNumber((text, count) => (count > 0 ? text.slice(-count) : "")),
  LENGTH: ofText((text) => text.length),
  LOWER: ofText((text) => text.toLowerCase()),
  UPPER: ofText((text) => text.toUpperCase()),
  TRIM: ofText((text) => text.trim()),
  LTRIM: ofText((text) => text.trimStart()),
  RTRIM: ofText((text) => text.trimEnd()),
  REVERSE: ofText((text) => Array.from(text).toReversed().join("")),
  REPLACE: takes(3, 3, ([text, from, to]) =>
    typeof text === "string" && typeof from === "string" && typeof to === "string"
      ? text.replaceAll(from, () => to)
      : undefined,
  ),
  REPLICATE: textAndNumber((text, times) =>
    times >= 0 && text.length * times <= maxLength ? text.repeat(Math.trunc(times)) : undefined,
  ),
  SUBSTRING: takes(3, 3, ([text, start, length]) =>
    typeof text === "string" && typeof start === "number" && typeof length === "number"
      ? text.slice(Math.max(0, start), Math.max(0, start) + Math.max(0, length))
      : undefined,
  ),
  REGEXMATCH: takes(2, 3, ([text, pattern, modifiers = ""]) =>
    typeof text === "string" && typeof pattern === "string" && typeof modifiers === "string"
      ? regexMatch(text, pattern, modifiers)
      : undefined,
  ),
  STRINGJOIN: takes(2, 2, ([texts, separator]) =>
    Array.isArray(texts) && typeof separator === "string" && texts.every((text) => typeof text === "string")
      ? texts.join(separator)
      : undefined,
  ),
  STRINGSPLIT: takes(2, 2, ([text, separator]) =>
    typeof text === "string" && typeof separator === "string" ? text.split(separator) : undefined,
  ),
  TOSTRING: takes(1, 1, ([value]) => toText(value)),
  STRINGTONUMBER: parsed((value) => typeof value === "number"),
  STRINGTOBOOLEAN: parsed((value) => typeof value === "boolean"),
  STRINGTONULL: parsed((value) => value === null),
  STRINGTOARRAY: parsed((value) => Array.isArray(value)),
  STRINGTOOBJECT: parsed((value) => typeof value === "object" && value !== null && !Array.isArray(value)),
};
