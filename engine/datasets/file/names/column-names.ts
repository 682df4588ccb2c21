import { FileFaultError } from "../../../errors/file-fault-error.ts";
import { cleanHeader, cut, LONGEST, type NameFault } from "./clean-header.ts";
import { foldedName } from "./folded.ts";

/** A name that is not as its header. */
export interface NameNote {
  /** The column's place, from 1. */
  readonly column: number;
  readonly header: string;
  readonly name: string;
  /** A column has a note for each reason. */
  readonly why: NameFault;
}

/** The columns' names of a file. */
export interface ColumnNames {
  /** One a header, in their order. */
  readonly names: readonly string[];
  readonly notes: readonly NameNote[];
}

/** Columns of a dataset. InnoDB takes 1,017, and some are ours. */
export const MOST_COLUMNS = 1000;

/**
 * Names for the columns of a header's cells, the same every time: trimmed, in NFC, at most 64 characters; a blank one
 * `column_2` by its place; out of the way of a query's own parameters and of names that begin with `_`. Of those that
 * MySQL takes for the same the first keeps its name, then `id_2`, `id_3`; a header that can be a name as it stands goes
 * before those that had to be changed. Throws a FileFaultError for more than 1,000.
 */
export function columnNamesOf(header: readonly string[]): ColumnNames {
  if (header.length > MOST_COLUMNS) {
    throw new FileFaultError(`the file has ${header.length} columns; a dataset has at most ${MOST_COLUMNS}`);
  }
  const columns = header.map((text, i) => ({ text, ...cleanHeader(text, i + 1) }));
  const owners = new Map<string, number>();
  for (const asIs of [true, false]) {
    for (const [i, { name, faults }] of columns.entries()) {
      const key = foldedName(name);
      if ((faults.length === 0) === asIs && !owners.has(key)) owners.set(key, i);
    }
  }
  const nextSuffix = new Map<string, number>();
  const free = (name: string): string => {
    const key = foldedName(name);
    for (let n = nextSuffix.get(key) ?? 2; ; n++) {
      const suffix = `_${n}`;
      const other = cut(name, LONGEST - suffix.length) + suffix;
      if (owners.has(foldedName(other))) continue;
      nextSuffix.set(key, n + 1);
      return other;
    }
  };
  const notes: NameNote[] = [];
  const names = columns.map(({ text, name: wanted, faults }, i) => {
    const mine = owners.get(foldedName(wanted)) === i;
    const name = mine ? wanted : free(wanted);
    if (!mine) owners.set(foldedName(name), i);
    for (const why of mine ? faults : [...faults, "duplicate" as const]) {
      notes.push({ column: i + 1, header: text, name, why });
    }
    return name;
  });
  return { names, notes };
}
