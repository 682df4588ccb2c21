import { randomUUID } from "node:crypto";

/** Blobs of a load: its parts, and what of each was rejected. */
export function partsPrefix(run: string): string {
  return `datasets/${run}/part-`;
}

/** The blob of a part. Numbers have as many digits, so that names sort like them. */
export function partBlob(run: string, part: number): string {
  return `${partsPrefix(run)}${padded(part)}`;
}

/** Where what was rejected is kept, one blob for each part that has any. */
export function rejectionsPrefix(run: string): string {
  return `datasets/${run}/rejected-`;
}

/** The blob of what was rejected of a part. */
export function rejectionsBlob(run: string, part: number): string {
  return `${rejectionsPrefix(run)}${padded(part)}`;
}

/** Where files lie that were sent to an upload address. */
export const UPLOADS = "uploads/";

/** A name for a file that will be sent to an upload address. */
export function uploadBlob(): string {
  return UPLOADS + randomUUID();
}

/** The table into which a run loads, before its rows are seen. */
export function stagingTable(run: string): string {
  return `_load_${bare(run)}`;
}

/** The table that a run makes out of its rows, where they are not in the dataset's form yet. */
export function madeTable(run: string): string {
  return `_made_${bare(run)}`;
}

/** What the table was that a run replaced, until it is dropped. */
export function oldTable(run: string): string {
  return `_old_${bare(run)}`;
}

function padded(part: number): string {
  return String(part).padStart(6, "0");
}

function bare(run: string): string {
  return run.replaceAll("-", "");
}
