import { isPlain } from "../define/merge.ts";
import type { PersonalPaths } from "../define/personal.ts";

/**
 * A value without what is personal in it; undefined where nothing is left. `paths` lead from the value to its personal
 * parts. What is personal in a list leaves it, and an object that ends empty goes too, as documents have it.
 */
export function withoutPersonal(value: unknown, paths: PersonalPaths): unknown {
  return paths.reduce(without, value);
}

function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return undefined;
  const at = (member: string, of: unknown): unknown =>
    name === "*" || name === member ? without(of, rest) : of;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => at(String(index), item)).filter((item) => item !== undefined);
  }
  if (!isPlain(value)) return value;
  const members = Object.entries(value).map(([member, of]) => [member, at(member, of)] as const);
  const left = members.filter(([, of]) => of !== undefined);
  return left.length > 0 ? Object.fromEntries(left) : undefined;
}
