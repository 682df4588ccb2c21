import type { DatasetColumn } from "../dataset.ts";
import { foldedName } from "../file/names/folded.ts";
import { nearestNames } from "./nearest.ts";

/** Finds a column by its name in any case. */
export type FindColumn = (name: string) => DatasetColumn | undefined;

/** Finds columns of a dataset. */
export function columnFinder(columns: readonly DatasetColumn[]): FindColumn {
  const byName = new Map(columns.map((column) => [foldedName(column.name), column]));
  return (name) => byName.get(foldedName(name));
}

/** How much of what somebody sent is said back. */
const SHOWN = 80;

/** What somebody sent, short enough to be read in an answer. */
export function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

/** That there is no such column, and which may be meant. */
export function noColumn(name: string, columns: readonly DatasetColumn[]): string {
  const near = nearestNames(
    name,
    columns.map((column) => column.name),
  );
  const meant = near.length === 0 ? "" : `; did you mean ${near.map((each) => shown(each)).join(" or ")}?`;
  return `there is no column ${shown(name)}${meant}`;
}
