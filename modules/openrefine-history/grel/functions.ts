import { isExact } from "../../tables/exact-number.ts";
import { type GrelValue, isBlank, isFault } from "./value.ts";

/** A function of GREL. */
export interface GrelFunction {
  readonly name: string;
  /** How many arguments it takes, what is before the point among them. */
  readonly least: number;
  readonly most: number;
  /** Whether it also says something of a fault; else the fault is its value. */
  readonly ofFaults?: boolean;
  readonly call: (of: readonly GrelValue[]) => GrelValue;
}

/** A text, as functions take numbers and booleans for one; undefined for all else. */
export function textOf(value: GrelValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** A number that a text is, with all of its digits; undefined for one that is none, or that no double keeps. */
export function numberOf(text: string): number | undefined {
  const written = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.exec(text.trim());
  if (!written) return undefined;
  const [, sign, digits = "", power = ""] = written;
  const [whole = "", fraction = ""] = digits.split(".");
  const plain = `${sign === "-" ? "-" : ""}${whole.replace(/^0+(?=\d)/, "") || "0"}${fraction && `.${fraction}`}${power}`;
  return isExact(plain) ? Number(plain) : undefined;
}

const ofText = (name: string, make: (text: string) => GrelValue): GrelFunction => ({
  name,
  least: 1,
  most: 1,
  call([value]) {
    const text = textOf(value);
    return text === undefined ? { fault: `${name} expects a text` } : make(text);
  },
});

const ofTwoTexts = (name: string, make: (text: string, other: string) => GrelValue): GrelFunction => ({
  name,
  least: 2,
  most: 2,
  call([value, other]) {
    const [text, second] = [textOf(value), textOf(other)];
    return text === undefined || second === undefined
      ? { fault: `${name} expects two texts` }
      : make(text, second);
  },
});

const test = (name: string, make: (value: GrelValue) => boolean): GrelFunction => ({
  name,
  least: 1,
  most: 1,
  ofFaults: true,
  call: ([value = null]) => make(value),
});

const ofBooleans = (
  name: string,
  make: (values: readonly GrelValue[]) => boolean,
  most = 100,
): GrelFunction => ({
  name,
  least: 1,
  most,
  call: (values) =>
    values.every((value) => typeof value === "boolean")
      ? make(values)
      : { fault: `${name} expects booleans` },
});

/** What a text might come to at most by replacement, in characters. */
const MOST_REPLACED = 64 * 1024 * 1024;

const replace: GrelFunction = {
  name: "replace",
  least: 3,
  most: 3,
  call([value, find, put]) {
    const [text, by] = [textOf(value), textOf(put)];
    const what = find instanceof RegExp ? find : textOf(find);
    if (text === undefined || by === undefined || what === undefined)
      return { fault: "replace expects three texts, or a text, a pattern and a text" };
    if (what === "" || text.length * by.length > MOST_REPLACED)
      return { fault: "replace expects something to look for, and makes no text of many megabytes" };
    return text.replaceAll(what, () => by);
  },
};

const split: GrelFunction = {
  name: "split",
  least: 2,
  most: 3,
  call([value, separator, keepAll = false]) {
    const text = textOf(value);
    const at = separator instanceof RegExp ? separator : textOf(separator);
    if (text === undefined || at === undefined || at === "")
      return { fault: "split expects a text and a separator" };
    const parts = text.split(at);
    return keepAll === true ? parts : parts.filter((part) => part !== "");
  },
};

const join: GrelFunction = {
  name: "join",
  least: 2,
  most: 2,
  call([list, separator]) {
    const between = textOf(separator);
    if (!Array.isArray(list) || between === undefined)
      return { fault: "join expects a list and a separator" };
    return list
      .map((value: GrelValue) => textOf(value))
      .filter((text) => text !== undefined)
      .join(between);
  },
};

const length: GrelFunction = {
  name: "length",
  least: 1,
  most: 1,
  call([value]) {
    const text = textOf(value);
    if (Array.isArray(value)) return value.length;
    return text === undefined ? { fault: "length expects a text or a list" } : text.length;
  },
};

const substring = (name: string): GrelFunction => ({
  name,
  least: 2,
  most: 3,
  call: ([value = null, from = null, to]) => sliced(value, from, to),
});

/** A part of a text or a list: places count from 0, below that from the end. */
export function sliced(value: GrelValue, from: GrelValue, to: GrelValue | undefined): GrelValue {
  const of = Array.isArray(value) ? value : textOf(value);
  if (of === undefined || typeof from !== "number" || (to !== undefined && typeof to !== "number"))
    return { fault: "a part is of a text or a list, between two numbers" };
  return of.slice(from, to);
}

const coalesce: GrelFunction = {
  name: "coalesce",
  least: 1,
  most: 100,
  call: (values) => values.find((value) => value !== null) ?? null,
};

const toNumber: GrelFunction = {
  name: "toNumber",
  least: 1,
  most: 1,
  call([value]) {
    if (typeof value === "number") return value;
    const number = typeof value === "string" ? numberOf(value) : undefined;
    return number ?? { fault: "toNumber expects a text that is a number with no more digits than one keeps" };
  },
};

const all: readonly GrelFunction[] = [
  ofText("trim", (text) => text.trim()),
  ofText("strip", (text) => text.trim()),
  ofText("toUppercase", (text) => text.toUpperCase()),
  ofText("toLowercase", (text) => text.toLowerCase()),
  ofText("toTitlecase", (text) =>
    text.toLowerCase().replaceAll(/(^|[ \t\r\n.])(\p{L})/gu, (found) => found.toUpperCase()),
  ),
  ofText("toString", (text) => text),
  toNumber,
  replace,
  split,
  join,
  length,
  substring("substring"),
  substring("slice"),
  ofTwoTexts("contains", (text, other) => text.includes(other)),
  ofTwoTexts("startsWith", (text, other) => text.startsWith(other)),
  ofTwoTexts("endsWith", (text, other) => text.endsWith(other)),
  test("isBlank", isBlank),
  test("isNonBlank", (value) => !isBlank(value) && !isFault(value)),
  test("isNull", (value) => value === null),
  test("isNotNull", (value) => value !== null),
  ofBooleans("not", ([value]) => value === false, 1),
  ofBooleans("and", (values) => !values.includes(false)),
  ofBooleans("or", (values) => values.includes(true)),
  coalesce,
];

/** The functions that are understood, by name; `if` is one more. */
export const FUNCTIONS: ReadonlyMap<string, GrelFunction> = new Map(all.map((each) => [each.name, each]));
