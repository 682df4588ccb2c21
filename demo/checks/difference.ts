/** Something that is not as it should be: where, and how. */
export interface Difference {
  /** The customer, the integration or the record that it is about. */
  readonly where: string;
  readonly what: string;
}

/** What a check found. */
export interface CheckResult {
  /** What holds when there is no difference: `131 documents equal the shop's own books`. */
  readonly claim: string;
  readonly differences: readonly Difference[];
}

type Plain = Readonly<Record<string, unknown>>;

/**
 * Compares two JSON values member by member, and names each that differs. `expected` and `found` name the two sides
 * in the text: "the books", "Caudal".
 */
export function compare(
  where: string,
  sides: {
    readonly expected: readonly [name: string, value: unknown];
    readonly found: readonly [name: string, value: unknown];
  },
  path = "",
): Difference[] {
  const { expected, found } = sides;
  const [a, b] = [expected[1], found[1]];
  if (isPlain(a) && isPlain(b)) {
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return names.flatMap((name) =>
      compare(
        where,
        { expected: [expected[0], a[name]], found: [found[0], b[name]] },
        path === "" ? name : `${path}.${name}`,
      ),
    );
  }
  if (a === b || JSON.stringify(a) === JSON.stringify(b)) return [];
  const what = `${expected[0]} ${says(a)}, ${found[0]} ${says(b)}`;
  return [{ where, what: path === "" ? what : `${path}: ${what}` }];
}

function says(value: unknown): string {
  return value === undefined ? "have nothing" : `say ${JSON.stringify(value)}`;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
