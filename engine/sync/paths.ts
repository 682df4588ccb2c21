import { isPlain } from "../define/merge.ts";

/** A path from the root of a document; the root itself is `[]`. */
export type Segments = readonly string[];

/** A path as text: names joined with `.`; in a name, `~` reads `~0` and `.` reads `~1` (after RFC 6901). */
export function pathText(segments: Segments): string {
  return segments.map((name) => name.replaceAll("~", "~0").replaceAll(".", "~1")).join(".");
}

/** The names in a path's text; `""` is the root. */
export function pathSegments(text: string): Segments {
  if (text === "") return [];
  return text.split(".").map((name) => name.replaceAll("~1", ".").replaceAll("~0", "~"));
}

/** The value at a path; undefined where there is none. */
export function valueAt(root: unknown, segments: Segments): unknown {
  let value = root;
  for (const name of segments) {
    if (!isPlain(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Calls back for every leaf below `value`: scalars, nulls and whole arrays. Empty objects have none. */
export function eachLeaf(
  value: unknown,
  visit: (segments: Segments, leaf: unknown) => void,
  at: Segments = [],
): void {
  if (!isPlain(value)) {
    if (value !== undefined) visit(at, value);
    return;
  }
  for (const [name, member] of Object.entries(value)) eachLeaf(member, visit, [...at, name]);
}

/**
 * A copy of `root` with the value at a path set, or removed where `value` is undefined; objects that end empty go
 * too, so that "never set" and "cleared" look the same. What the path does not touch is shared, not copied.
 * Returns undefined when nothing is left.
 */
export function withValue(root: unknown, segments: Segments, value: unknown): unknown {
  const [name, ...rest] = segments;
  if (name === undefined) return value;
  const copy: Record<string, unknown> = isPlain(root) ? { ...root } : {};
  const member = withValue(Object.hasOwn(copy, name) ? copy[name] : undefined, rest, value);
  if (member === undefined) delete copy[name];
  else define(copy, name, member);
  return Object.keys(copy).length > 0 ? copy : undefined;
}

/**
 * A document that is being altered: what it was made of stays as it is, and each object of it is copied once at most,
 * however many paths are set. Objects that end empty go, as with {@link withValue}.
 */
export class Draft {
  readonly #own = new WeakSet<object>();
  readonly #holder: Record<string, unknown>;

  constructor(root: unknown) {
    this.#holder = root === undefined ? {} : { root };
  }

  /** The document as it is by now; not to be altered, nor kept while the draft goes on. */
  get root(): unknown {
    return this.#holder["root"];
  }

  /** Sets the value at a path, or removes it where `value` is undefined. */
  set(segments: Segments, value: unknown): void {
    this.#put(this.#holder, ["root", ...segments], 0, value);
  }

  #put(owner: Record<string, unknown>, path: Segments, at: number, value: unknown): void {
    const name = path[at] ?? "";
    if (at === path.length - 1) {
      if (value === undefined) delete owner[name];
      else define(owner, name, value);
      return;
    }
    const inner = this.#owned(Object.hasOwn(owner, name) ? owner[name] : undefined);
    this.#put(inner, path, at + 1, value);
    if (isEmpty(inner)) delete owner[name];
    else define(owner, name, inner);
  }

  #owned(value: unknown): Record<string, unknown> {
    if (isPlain(value) && this.#own.has(value)) return value;
    const copy: Record<string, unknown> = isPlain(value) ? { ...value } : {};
    this.#own.add(copy);
    return copy;
  }
}

/** Whether an object has no member; counting those of a large one would take long. */
function isEmpty(object: Readonly<Record<string, unknown>>): boolean {
  for (const name in object) if (Object.hasOwn(object, name)) return false;
  return true;
}

/** Plain assignment, except that a member named `__proto__` stays a member. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else target[name] = value;
}

/** Whether two JSON values are the same; the order of members does not matter. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}
