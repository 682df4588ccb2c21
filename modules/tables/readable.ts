import { MAX_RECORD } from "../../engine/datasets/csv/record-fault.ts";
import { FileFaultError } from "../../engine/errors/file-fault-error.ts";

/** A record that is written, with its line break. Throws a FileFaultError for one of over 1 MiB, which no module reads again. */
export function readable(record: string, from: string): string {
  if (record.length <= MAX_RECORD / 3 || Buffer.byteLength(record) <= MAX_RECORD) return record;
  throw new FileFaultError(`${from} becomes a record of over 1 MiB, which nothing would read again`);
}
