import { asBuffer } from "./bytes.ts";
import { type Delimiter, DELIMITERS } from "./part.ts";
import { recordScanner } from "./record-scanner.ts";

/** How much of a file is looked at. */
const SAMPLE = 64 * 1024;

/**
 * What separates the fields of a file that begins with `bytes`: of the delimiters that its first record has outside
 * quotes, the one of which the largest share of the first records, those within 64 KiB, have as many; of several, the
 * one that makes more fields. A comma where the first record has none.
 */
export function findDelimiter(bytes: Uint8Array): Delimiter {
  let best: { delimiter: Delimiter; share: number; fields: number } = { delimiter: ",", share: 0, fields: 1 };
  for (const delimiter of DELIMITERS) {
    const found = sameFields(asBuffer(bytes), delimiter);
    if (found.fields < 2) continue;
    const better = found.share - best.share || found.fields - best.fields;
    if (better > 0) best = { delimiter, ...found };
  }
  return best.delimiter;
}

/**
 * The line by which Excel is told what separates fields, `sep=;`, where `bytes` have it at `at`: it is no header.
 * `bytes` and `lines`: what to pass over.
 */
export function toldDelimiter(
  bytes: Buffer,
  at: number,
): { delimiter: Delimiter | undefined; bytes: number; lines: number } {
  const [line = "", character] =
    /^sep=([,;\t])(?:\r?\n|\r)/i.exec(bytes.toString("latin1", at, at + 7)) ?? [];
  const delimiter = DELIMITERS.find((known) => known === character);
  return delimiter
    ? { delimiter, bytes: line.length, lines: 1 }
    : { delimiter: undefined, bytes: 0, lines: 0 };
}

/** How many fields the first record has, 0 for a broken one, and the share of records that have as many. */
function sameFields(bytes: Buffer, delimiter: Delimiter): { share: number; fields: number } {
  const { record, scan } = recordScanner(delimiter, 0);
  let [records, same, fields] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at = record.next) {
    scan(bytes, at);
    // The sample may end within a record, which then says nothing; the first counts whatever its length.
    if (record.next > SAMPLE && records > 0) break;
    // A blank line has a field for every delimiter, and so speaks for none.
    const count = record.fault ? 0 : record.fields;
    if (records === 0) fields = count;
    if (fields === 0) break;
    records++;
    if (count === fields) same++;
  }
  return { share: records === 0 ? 0 : same / records, fields };
}
