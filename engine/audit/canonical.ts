import { isPlain } from "../define/merge.ts";

/**
 * A JSON value in the one form of RFC 8785 (https://www.rfc-editor.org/rfc/rfc8785): members sorted by UTF-16 code
 * units, no white space, numbers as ECMAScript prints them. Members that are undefined are left out. Throws a
 * TypeError on what JSON cannot say: NaN, infinities, functions, dates and other instances, lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no JSON form`);
    return JSON.stringify(value);
  }
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw new TypeError("a lone surrogate has no canonical JSON form");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(",")}]`;
  if (isPlain(value)) {
    const members = Object.keys(value)
      .filter((name) => value[name] !== undefined)
      .sort()
      .map((name) => `${canonicalJson(name)}:${canonicalJson(value[name])}`);
    return `{${members.join(",")}}`;
  }
  throw new TypeError(`a ${typeof value} has no JSON form`);
}
