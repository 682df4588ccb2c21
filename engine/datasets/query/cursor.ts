import { z } from "zod";
import type { Dataset } from "../dataset.ts";
import { BadQueryError } from "./bad-query-error.ts";
import { selectionHash } from "./question.ts";
import type { Selection } from "./asked.ts";

/** How many rows a selection has. */
export interface Total {
  readonly count: number;
  readonly is: "exact" | "estimate";
}

/** Where a page ended. */
export interface Place {
  /** Its last row. */
  readonly row: number;
  /** How many rows of the selection stand before the next page. */
  readonly offset: number;
  readonly total: Total;
}

const whole = z.int().nonnegative();
const written = z.strictObject({
  v: z.string(),
  q: z.string(),
  r: whole,
  o: whole,
  t: whole,
  e: z.literal(1).optional(),
});

/** A cursor: the place, bound to the version of the dataset and to the selection. */
export function writeCursor(
  { row, offset, total }: Place,
  selection: Selection,
  { version }: Dataset,
): string {
  const cursor: z.input<typeof written> = {
    v: version,
    q: selectionHash(selection),
    r: row,
    o: offset,
    t: total.count,
    ...(total.is === "estimate" ? { e: 1 } : {}),
  };
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/** The place that a cursor names. Throws a BadQueryError where it is of something else, and says of what. */
export function readCursor(text: string, selection: Selection, dataset: Dataset): Place {
  const cursor = written.safeParse(parsed(text)).data;
  if (!cursor || cursor.q !== selectionHash(selection)) {
    throw badCursor("no page of this query gave this cursor; leave it out to begin anew");
  }
  if (cursor.v !== dataset.version) {
    throw badCursor("the dataset was loaded anew since this cursor was given; leave it out to begin anew");
  }
  const { r: row, o: offset, t: count, e } = cursor;
  return { row, offset, total: { count, is: e === undefined ? "exact" : "estimate" } };
}

/** That a cursor leads nowhere. */
export function badCursor(message: string): BadQueryError {
  return new BadQueryError([{ path: "cursor", message }]);
}

function parsed(text: string): unknown {
  if (!/^[\w-]{1,1000}$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}
