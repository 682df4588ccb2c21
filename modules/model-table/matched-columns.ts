import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { TargetColumn, TargetTable } from "./target-table.ts";

/** Where a column of the table gets its values. */
export interface MatchedColumn {
  /** Of the file. */
  readonly from: string;
  readonly to: TargetColumn;
}

/**
 * Which columns of a file go into which of a table: those of `mapping` (by the file's name), or else all, by their
 * names, whatever the case. Throws a PermanentError that names every column which the file or the table lacks, that
 * is worked out by the server or would get two values, and each of the primary key that gets none: without it, what
 * is loaded twice would be there twice. Pure.
 */
export function matchedColumns(
  table: TargetTable,
  inFile: readonly string[],
  mapping: Readonly<Record<string, string>> | undefined,
): readonly MatchedColumn[] {
  const faults: string[] = [];
  const pairs = Object.entries(mapping ?? Object.fromEntries(inFile.map((name) => [name, name])));
  const matched: MatchedColumn[] = [];
  for (const [from, wanted] of pairs) {
    const to = table.columns.find(({ name }) => isSame(name, wanted));
    if (mapping && !inFile.includes(from)) faults.push(`the file has no column "${from}"`);
    if (!to) faults.push(`the table "${table.name}" has no column "${wanted}"`);
    else if (to.generated) faults.push(`the server works "${to.name}" out itself`);
    else if (matched.some((each) => each.to === to)) faults.push(`"${to.name}" would get two values`);
    else matched.push({ from, to });
  }
  for (const name of table.key) {
    if (!matched.some(({ to }) => to.name === name))
      faults.push(`"${name}" of the primary key gets no value`);
  }
  if (faults.length === 0) return matched;
  const has = `the file's columns are ${listed(inFile)}, the table's ${listed(table.columns.map(({ name }) => name))}`;
  throw new PermanentError(`${faults.join("; ")}; ${has}`);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
