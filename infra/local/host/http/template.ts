import type { Constraint } from "./constraints.ts";
import { constraint } from "./constraints.ts";

/** `{id:int?}` of a route template. */
export interface Parameter {
  name: string;
  constraints: Constraint[];
  optional: boolean;
  /** `{*rest}`: takes the rest of the path, slashes included. */
  catchAll: boolean;
  default?: string;
}

/** One part of a segment: literal text or a parameter. */
export type Part = string | Parameter;

/**
 * Parses a route template of ASP.NET Core into its segments, each a list of parts.
 * `{{` and `}}` are literal braces. Throws with the reason when the template is not valid.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export function parseTemplate(template: string): Part[][] {
  const text = template.replace(/^(?:~\/|\/)/, "").replace(/\/$/, "");
  if (text === "") return [];
  const segments = splitOutsideBraces(text, "/").map(parseSegment);
  const names = new Set<string>();
  for (const [index, segment] of segments.entries()) {
    if (segment.length === 0) throw new Error(`"${template}" has an empty segment`);
    for (const part of segment) {
      if (typeof part === "string") continue;
      const name = part.name.toLowerCase();
      if (names.has(name)) throw new Error(`"${template}" names {${part.name}} twice`);
      names.add(name);
      if (part.catchAll && (index < segments.length - 1 || segment.length > 1)) {
        throw new Error(`"${template}": only the last segment may be a catch-all`);
      }
    }
  }
  return segments;
}

function splitOutsideBraces(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "{") depth++;
    else if (character === "}") depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function parseSegment(segment: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  let index = 0;
  while (index < segment.length) {
    const character = segment[index]!;
    const doubled = segment[index + 1] === character;
    if ((character === "{" || character === "}") && doubled) {
      literal += character;
      index += 2;
    } else if (character === "}") {
      throw new Error(`"${segment}" closes a brace that was not opened`);
    } else if (character !== "{") {
      literal += character;
      index++;
    } else {
      const end = closingBrace(segment, index);
      if (literal !== "") parts.push(literal);
      else if (parts.length > 0) throw new Error(`"${segment}": two parameters need text between them`);
      literal = "";
      parts.push(parseParameter(segment.slice(index + 1, end)));
      index = end + 1;
    }
  }
  if (literal !== "") parts.push(literal);
  return parts;
}

/** The brace that ends the parameter; doubled braces (those of a regex) do not. */
function closingBrace(segment: string, start: number): number {
  for (let index = start + 1; index < segment.length; index++) {
    if (segment[index] !== "}") continue;
    if (segment[index + 1] !== "}") return index;
    index++;
  }
  throw new Error(`"${segment}" opens a brace that is not closed`);
}

function parseParameter(source: string): Parameter {
  const catchAll = source.startsWith("*");
  let text = source.replace(/^\*{1,2}/, "");
  const optional = text.endsWith("?");
  if (optional) text = text.slice(0, -1);
  const name = /^[^:=]*/.exec(text)![0];
  if (!/^[^{}/?*:=]+$/.test(name)) throw new Error(`"{${source}}" is no valid parameter`);
  let rest = text.slice(name.length);
  const constraints: Constraint[] = [];
  while (rest.startsWith(":")) {
    const [whole, kind, argument] = /^:([^:=(]+)(?:\((.*?)\)(?=[:=]|$))?/s.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`"{${source}}" is no valid parameter`);
    constraints.push(constraint(kind!, argument?.replaceAll("{{", "{").replaceAll("}}", "}")));
    rest = rest.slice(whole.length);
  }
  const parameter: Parameter = { name, constraints, optional: optional || catchAll, catchAll };
  if (rest.startsWith("=")) {
    parameter.default = rest.slice(1);
    parameter.optional = true;
  } else if (rest !== "") throw new Error(`"{${source}}" is no valid parameter`);
  return parameter;
}
