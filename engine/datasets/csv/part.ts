import type { CellCounts } from "../dataset.ts";

/** What separates the fields of a record. */
export const DELIMITERS = [",", ";", "\t"] as const;

/** One of them. */
export type Delimiter = (typeof DELIMITERS)[number];

/** What the beginning of a file told. */
export interface Head {
  readonly kind: "head";
  readonly delimiter: Delimiter;
  /** Cells of the header, as they stand there. */
  readonly header: readonly string[];
}

/** Whole records of a file, and blank lines between them: what one loader takes at a time. Where a file is cut follows from its bytes alone. */
export interface Part {
  readonly kind: "part";
  /** From 1. */
  readonly number: number;
  /**
   * As in the file: UTF-8 where its author kept to it; about 4 MiB, and never over one record more. Of a line of over
   * 1 MiB, which is no row, only its beginning.
   */
  readonly bytes: Uint8Array;
  /** How many, broken ones included; at most 65,536. */
  readonly records: number;
  /** The place of its first record in the file, from 1, the header not counted. */
  readonly firstRecord: number;
  /** The line of the file at which it begins, from 1. */
  readonly firstLine: number;
}

/** A record that is no row, and why. */
export interface Rejection {
  /** The line of the file at which it begins, from 1. */
  readonly line: number;
  /** In words, with the field's number where one is to blame. */
  readonly reason: string;
  /** As it stands in the file, with U+FFFD for what is no UTF-8; of more than 64 KiB the beginning, and `…`. */
  readonly raw: string;
}

/** The rows of a part, ready for LOAD DATA, and what is no row. */
export interface ParsedPart {
  /** Records that become rows; together with the rejections, all records of the part. */
  readonly rows: number;
  readonly rejections: readonly Rejection[];
  /**
   * One line a row, `\n` behind each: the place of the record in the file, then its fields, between the file's
   * delimiter, enclosed by `"` where need be, `""` for one in there; no other escapes, and no bare word NULL.
   */
  readonly lines: readonly Uint8Array[];
  /** One a column. */
  readonly cells: readonly CellCounts[];
}
