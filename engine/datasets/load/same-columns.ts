import { FileFaultError } from "../../errors/file-fault-error.ts";
import type { Dataset } from "../dataset.ts";
import { foldedName } from "../file/names/folded.ts";

/**
 * For each column of a dataset, the column of a file that has its name, whatever its case and place. Throws a
 * FileFaultError that names what is missing and what is unknown.
 */
export function sameColumns(dataset: Dataset, names: readonly string[]): readonly string[] {
  const given = new Map(names.map((name) => [foldedName(name), name]));
  const missing: string[] = [];
  const found = dataset.columns.map(({ name }) => {
    const same = given.get(foldedName(name));
    given.delete(foldedName(name));
    if (same === undefined) missing.push(name);
    return same ?? "";
  });
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${listed(missing)}`] : []),
    ...(given.size > 0 ? [`it has ${listed([...given.values()])}, which the table has not`] : []),
  ];
  if (faults.length === 0) return found;
  throw new FileFaultError(
    `the file has not the columns of the table "${dataset.table}": ${faults.join("; ")}`,
  );
}

/** The columns of a file that a key names, as the file has them. Throws a FileFaultError that names what is unknown. */
export function keyColumns(key: readonly string[], names: readonly string[]): readonly string[] {
  const given = new Map(names.map((name) => [foldedName(name), name]));
  const unknown = key.filter((name) => !given.has(foldedName(name)));
  if (unknown.length === 0) return key.map((name) => given.get(foldedName(name)) ?? name);
  throw new FileFaultError(
    `the key names ${listed(unknown)}, which the file has not; it has ${listed(names.slice(0, 20))}`,
  );
}

/** Whether two keys name the same columns, in whatever order. */
export function isSameKey(one: readonly string[], other: readonly string[]): boolean {
  const form = (key: readonly string[]): string => JSON.stringify(key.map(foldedName).toSorted());
  return form(one) === form(other);
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
