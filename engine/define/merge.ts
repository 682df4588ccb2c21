/** Changes to a document: members left out or undefined stay as they are, `null` clears, objects go member by member. */
export type Patch<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Patch<T[Key]> | null | undefined }
    : T;

/** The paths that {@link merge} was told about, for the engine: on the result, kept by object spread, ignored by schemas. */
export const ASSERTED = Symbol("asserted paths");

/** A path from the root of a document. */
export type Segments = readonly string[];

/**
 * The document after `changes`: what they leave out (or give as undefined) stays, `null` clears, objects merge
 * member by member, arrays and scalars are replaced. The engine learns exactly which paths the event spoke of,
 * those included whose value does not change: that is what makes the order of arrival irrelevant.
 */
export function merge<T extends object>(current: T | undefined, changes: NoInfer<Patch<T>>): T {
  const asserted: Segments[] = [];
  const next = apply(current, changes as Plain, [], asserted);
  Object.defineProperty(next, ASSERTED, { value: asserted, enumerable: true });
  return next as T;
}

type Plain = Readonly<Record<string, unknown>>;

function apply(current: unknown, changes: Plain, path: Segments, asserted: Segments[]): Plain {
  const next: Record<string, unknown> = isPlain(current) ? { ...current } : {};
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const here = [...path, name];
    if (isPlain(value)) {
      next[name] = apply(next[name], value, here, asserted);
      continue;
    }
    asserted.push(here);
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return next;
}

/** Whether a value is an object of named members and nothing else: no null, array, Date or other instance. */
export function isPlain(value: unknown): value is Plain {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
