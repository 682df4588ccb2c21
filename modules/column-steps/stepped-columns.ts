import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { noSuchColumn } from "../tables/no-such-column.ts";
import { columnsOf } from "./derivation.ts";
import type { ColumnStep } from "./step.ts";

/**
 * The columns of a CSV after the steps. Throws a PermanentError that names the step which asks for a column that is not there, or
 * would have two of one name.
 */
export function steppedColumns(columns: readonly string[], steps: readonly ColumnStep[]): readonly string[] {
  return steps.reduce((before, step, place) => {
    const refuse = (fault: string): never => {
      throw new PermanentError(`step ${place + 1} (${Object.keys(step).join()}): ${fault}`);
    };
    const missing = askedFor(step, before).find((column) => !before.includes(column));
    if (missing !== undefined) refuse(noSuchColumn(missing, before));
    const after = columnsAfter(before, step);
    const twice = after.find((column, at) => after.indexOf(column) !== at);
    if (twice !== undefined) refuse(`there would be two columns ${JSON.stringify(twice)}`);
    if (after.length === 0) refuse("no column would be left");
    return after;
  }, columns);
}

/** The columns that a step reads. What it derives may be made of what it derived just before. */
function askedFor(
  { select, rename, drop, derive, trim }: ColumnStep,
  before: readonly string[],
): readonly string[] {
  if (derive) {
    const known = new Set(before);
    return Object.entries(derive).flatMap(([name, derivation]) => {
      const asked = columnsOf(derivation).filter((column) => !known.has(column));
      known.add(name);
      return asked;
    });
  }
  return select ?? (rename && Object.keys(rename)) ?? drop ?? (trim === "all" ? [] : trim) ?? [];
}

function columnsAfter(
  before: readonly string[],
  { select, rename, drop, derive }: ColumnStep,
): readonly string[] {
  if (select) return select;
  if (rename)
    return before.map((column) => (Object.hasOwn(rename, column) ? rename[column] : undefined) ?? column);
  if (drop) return before.filter((column) => !drop.includes(column));
  if (derive) return [...new Set([...before, ...Object.keys(derive)])];
  return before;
}
