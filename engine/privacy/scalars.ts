/** Deepest value that is gone through by recursion; what a source sends may be nested as deep as its bytes allow. */
const MAX_DEPTH = 200;

/** Whether a value is nested too deep to be gone through by recursion, or to be hashed. */
export function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap((each) => (isObject(each) ? Object.values(each) : []));
  }
  return false;
}

/** The texts and the numbers in a value of any depth, as texts; with `names`, the names of its members too. */
export function* scalarsOf(value: unknown, names = false): Generator<string> {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const each = left.pop();
    if (typeof each === "string" || typeof each === "number") yield String(each);
    if (!isObject(each)) continue;
    if (names && !Array.isArray(each)) yield* Object.keys(each);
    for (const member of Object.values(each)) left.push(member);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
