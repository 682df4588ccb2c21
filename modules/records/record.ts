/** A record of a file. */
export interface FileRecord {
  /** Its place among the records, from 1. */
  readonly row: number;
  /** The line of the file at which it begins, from 1. */
  readonly line: number;
  /** By column, or by member. Of a CSV all are texts. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Bytes that it takes in the file, about. */
  readonly bytes: number;
}

/** How files are written. */
export const FORMATS = ["csv", "ndjson"] as const;

/** One of them. */
export type Format = (typeof FORMATS)[number];

/** A file of records, opened. */
export interface RecordFile {
  readonly format: Format;
  /** To be iterated once. Throws a FileFaultError that names the line of what is no record. */
  readonly records: AsyncIterable<FileRecord>;
}
