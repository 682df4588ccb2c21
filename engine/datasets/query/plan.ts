import { ROW } from "../dataset.ts";
import type { KeyIndex, Keys } from "./keys.ts";

/** What a query needs of an index, in names of key columns. */
export interface KeyShape {
  /** Each held to one value. */
  readonly equal: readonly string[];
  /** Each held between bounds, or to some values. */
  readonly range: readonly string[];
  /** Key columns that make the order; undefined where no index can make it. */
  readonly sort: readonly { readonly key: string; readonly descending: boolean }[] | undefined;
  /** Whether rows that are equal go against the order of the file. */
  readonly rowDescends: boolean;
  /** Whether all filters can be told by key columns alone. */
  readonly covered: boolean;
}

/** One way to find the rows. */
export interface Plan {
  /** The index to force; `PRIMARY`: the table itself, in the order of the file. */
  readonly index: string;
  /** Whether it gives the rows in their order, so that a page ends as soon as it is full. */
  readonly servesSort: boolean;
  /** Whether all that the query needs is in the index. */
  readonly covers: boolean;
  /** Whether no index could do much better. */
  readonly fits: boolean;
}

/** The index that is the table itself. */
export const SCANNED = "PRIMARY";

/** How it is done where nothing fits. Left to itself, a server may walk an index that has the order, row by row. */
const SCAN: Plan = { index: SCANNED, servesSort: false, covers: false, fits: false };

/**
 * Ways to find the rows, the best first; the last one is a whole scan, unless the first cannot be worse. An index serves by its leading
 * columns: those held to one value in any order, then those of the order, or one between bounds.
 */
export function plansOf(shape: KeyShape, { indexes }: Pick<Keys, "indexes">): readonly Plan[] {
  const inFileOrder = shape.sort?.length === 0;
  const scan: Plan = inFileOrder
    ? {
        ...SCAN,
        servesSort: true,
        fits: shape.equal.length + shape.range.length === 0 && shape.covered,
      }
    : SCAN;
  const ranked = indexes
    .map((index) => rank(index, shape))
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score || one.plan.index.localeCompare(other.plan.index))
    .map(({ plan }) => plan);
  const [best] = ranked;
  const second = ranked.find((plan) => plan !== best && !plan.servesSort);
  if (best === undefined) return [scan];
  if (best.servesSort && best.covers) return [best];
  // Where rows are many, the first of them in the order of the file are soon found.
  const early = inFileOrder && !best.servesSort ? [scan] : [];
  return [...early, best, ...(best.servesSort && second ? [second] : []), scan];
}

/** The best of {@link plansOf}. */
export function planOf(shape: KeyShape, keys: Pick<Keys, "indexes">): Plan {
  return plansOf(shape, keys)[0] ?? SCAN;
}

function rank({ name, columns }: KeyIndex, shape: KeyShape): { score: number; plan: Plan } {
  const { equal, range, sort } = shape;
  const end = columns.findIndex((column) => !equal.includes(column));
  const leading = end < 0 ? columns.length : end;
  const rest = columns.slice(leading);
  const servesSort = sort !== undefined && isServed(sort, rest, shape.rowDescends);
  const servesRange = rest[0] !== undefined && range.includes(rest[0]);
  const needed = [...equal, ...range, ...(sort ?? []).map(({ key }) => key)];
  const covers = shape.covered && needed.every((key) => key === ROW || columns.includes(key));
  const useful = leading > 0 || servesRange || (servesSort && (sort?.length ?? 0) > 0);
  const allEqual = leading === new Set(equal).size;
  const fits = allEqual && (servesSort || servesRange);
  const score = useful
    ? 1 + leading * 10 + (servesSort ? 1_000 : 0) + (covers ? 100 : 0) + (servesRange ? 5 : 0)
    : 0;
  return { score, plan: { index: name, servesSort, covers, fits } };
}

/** Whether an index gives the order by its columns behind the equal ones, with the row behind them. */
function isServed(
  sort: NonNullable<KeyShape["sort"]>,
  rest: readonly string[],
  rowDescends: boolean,
): boolean {
  if (sort.some(({ descending }) => descending !== rowDescends)) return false;
  // The row stands behind the last column by itself.
  return [...sort.map(({ key }) => key), ROW].every((key, index) => [...rest, ROW][index] === key);
}
