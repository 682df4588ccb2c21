import { isPlain } from "../define/merge.ts";

/** JSON pointers (https://www.rfc-editor.org/rfc/rfc6901): `/event/data/contact/email`. */

/** The pointer to a member of what `pointer` points to. */
export function pointerTo(pointer: string, member: string): string {
  return `${pointer}/${member.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** What a pointer points to; undefined where there is nothing. */
export function pointedAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const name of namesOf(pointer)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/**
 * A copy with `value` where a pointer points, whether or not there is something yet (erasure may have deleted it).
 * What it does not touch is shared, not copied. Throws a TypeError where it names no index of an array.
 */
export function withPointed(root: unknown, pointer: string, value: unknown): unknown {
  return replaceAt(root, namesOf(pointer), value);
}

function namesOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function replaceAt(root: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(root)) {
    // RFC 6901 knows one way to write an index; another one would point to what `pointedAt` does not see.
    if (!/^(?:0|[1-9]\d*)$/.test(name)) throw new TypeError(`"${name}" is no index of an array`);
    const copy: unknown[] = [...root];
    copy[Number(name)] = replaceAt(copy[Number(name)], rest, value);
    return copy;
  }
  const copy: Record<string, unknown> = isPlain(root) ? { ...root } : {};
  copy[name] = replaceAt(copy[name], rest, value);
  return copy;
}
