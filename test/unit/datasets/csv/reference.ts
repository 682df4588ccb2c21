/** A record as the reference has it. */
export interface ReferenceRecord {
  readonly line: number;
  readonly raw: string;
  /** Undefined for one whose quotes or length are wrong. */
  readonly cells: readonly string[] | undefined;
}

const MAX_RECORD = 1024 * 1024;

/**
 * The records of a file, header included, by the slow and obvious way: a field at a time by a regular expression over
 * the whole text. What is no record by RFC 4180, or longer than 1 MiB, is only its first line.
 */
export function referenceRecords(text: string, delimiter: string): ReferenceRecord[] {
  const records: ReferenceRecord[] = [];
  const field = new RegExp(
    `(?:"([^"]*(?:""[^"]*)*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r\\n|\\r|\\n|$)`,
    "y",
  );
  for (let at = 0, line = 1; at < text.length;) {
    const cells: string[] = [];
    let next = at;
    let end: string | undefined = delimiter;
    while (end === delimiter) {
      field.lastIndex = next;
      const match = field.exec(text);
      end = match?.[3];
      if (match) cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
      if (match) next = field.lastIndex;
    }
    const whole = end !== undefined && next - end.length - at <= MAX_RECORD;
    if (end === undefined || !whole)
      next = at + (/\r\n|\r|\n/.exec(text.slice(at))?.index ?? text.length - at);
    const raw = text.slice(at, whole && end !== undefined ? next - end.length : next);
    if (!whole) next += /^(?:\r\n|\r|\n)?/.exec(text.slice(next))?.[0].length ?? 0;
    if (raw !== "") records.push({ line, raw, cells: whole ? cells : undefined });
    line += text.slice(at, next).match(/\r\n|\r|\n/g)?.length ?? 0;
    at = next;
  }
  return records;
}
