import type { Parameter, Part } from "./template.ts";
import { parseTemplate } from "./template.ts";

/** Matches a path's segments; gives the route's parameters, or undefined where it does not match. */
export type Route = (path: string[]) => Record<string, string> | undefined;

/**
 * The segments of a request's path, decoded except for `%2F`, without the slash at its end.
 * An escape that is no UTF-8 stays as it is.
 */
export function pathSegments(pathname: string): string[] {
  const text = pathname.replace(/^\//, "").replace(/\/$/, "");
  return text === "" ? [] : text.split("/").map(decode);
}

function decode(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return segment
      .split(/(%2f)/i)
      .map((part) => (/^%2f$/i.test(part) ? part : decodeURIComponent(part)))
      .join("");
  } catch {
    return segment;
  }
}

/**
 * Compiles `<prefix>/<template>` to a matcher with the rules of ASP.NET Core: case-insensitive, constraints
 * checked, optional and default values at the end. Throws with the reason when the template is not valid.
 */
export function compileRoute(prefix: string, template: string): Route {
  const segments = parseTemplate(prefix === "" ? template : `${prefix}/${template}`).map(compileSegment);
  return (path) => {
    const parameters: Record<string, string> = {};
    for (const [index, segment] of segments.entries()) {
      if (!segment(path, index, parameters)) return undefined;
    }
    const last = segments.at(-1);
    return path.length <= segments.length || last?.takesRest ? parameters : undefined;
  };
}

type Segment = ((path: string[], index: number, parameters: Record<string, string>) => boolean) & {
  takesRest?: boolean;
};

function compileSegment(parts: Part[]): Segment {
  const [first] = parts;
  if (parts.length === 1 && typeof first === "string") {
    const literal = first.toLowerCase();
    return (path, index) => path[index]?.toLowerCase() === literal;
  }
  if (parts.length === 1 && typeof first === "object") return first.catchAll ? rest(first) : single(first);
  return mixed(parts);
}

function single(parameter: Parameter): Segment {
  return (path, index, parameters) => assign(parameter, path[index], parameters);
}

function rest(parameter: Parameter): Segment {
  const segment: Segment = (path, index, parameters) =>
    assign(parameter, path.length > index ? path.slice(index).join("/") : undefined, parameters);
  segment.takesRest = true;
  return segment;
}

/** `file-{name}.{ext?}`: an optional parameter at the end takes the dot before it along. */
function mixed(parts: Part[]): Segment {
  const parameters = parts.filter((part) => typeof part === "object");
  const pattern = (some: Part[]): RegExp =>
    new RegExp(
      `^${some.map((part) => (typeof part === "string" ? literalPattern(part) : "(.+)")).join("")}$`,
      "is",
    );
  const expressions = [pattern(parts)];
  const [before, last] = parts.slice(-2);
  if (typeof last === "object" && last.optional && typeof before === "string") {
    expressions.push(pattern([...parts.slice(0, -2), before.replace(/\.$/, "")]));
  }
  return (path, index, values) => {
    const text = path[index];
    if (text === undefined) return false;
    const found = expressions.map((expression) => expression.exec(text)).find((match) => match !== null);
    return (
      found !== undefined && parameters.every((parameter, at) => assign(parameter, found[at + 1], values))
    );
  };
}

function literalPattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function assign(parameter: Parameter, text: string | undefined, values: Record<string, string>): boolean {
  const value = text === undefined || text === "" ? parameter.default : text;
  if (value === undefined) return parameter.optional;
  if (!parameter.constraints.every((allows) => allows(value))) return false;
  values[parameter.name] = value;
  return true;
}
