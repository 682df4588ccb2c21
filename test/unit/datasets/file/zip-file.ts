import { crc32, deflateRawSync } from "node:zlib";

/** An entry as {@link zipOf} writes it. */
export interface Entry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Packed already, instead of `content`. */
  readonly packed?: { readonly bytes: Uint8Array; readonly crc: number; readonly size: number };
  /** Default 8, Deflate; 0 is stored; others are claimed only. */
  readonly method?: number;
  /** Bits set beside those that the entry needs. */
  readonly flags?: number;
  /** Sums behind the file: with or without the mark, sizes in four or eight bytes. Default: before it. */
  readonly behind?: { readonly mark: boolean; readonly wide: boolean };
  /** Sizes before the file in an extra field, as for more than 4 GiB. */
  readonly wide?: boolean;
  /** Written instead of the true one. */
  readonly crc?: number;
}

/** A zip of these entries, byte by byte after APPNOTE.TXT; `listed` are the names in its directory. */
export function zipOf(entries: readonly Entry[], listed = entries.map(({ name }) => name)): Buffer {
  const files = entries.map(entryBytes);
  const directory = listed.map((name) => {
    const bytes = Buffer.from(name);
    return Buffer.concat([fields([0x02014b50, 4], [0, 20], [0, 4], [bytes.length, 2], [0, 16]), bytes]);
  });
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const offset = files.reduce((sum, { length }) => sum + length, 0);
  const count = listed.length;
  const end = fields([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]);
  return Buffer.concat([...files, ...directory, end]);
}

/** An entry without the directory. */
export function entryBytes({
  name,
  content = "",
  packed,
  method = 8,
  flags = 0,
  behind,
  wide,
  crc,
}: Entry): Buffer {
  const plain = Buffer.from(content);
  const body = packed?.bytes ?? (method === 8 ? deflateRawSync(plain) : plain);
  const sum = crc ?? packed?.crc ?? crc32(plain);
  const size = packed?.size ?? plain.length;
  const nameBytes = Buffer.from(name);
  const extra = wide ? fields([1, 2], [16, 2], [size, 8], [body.length, 8]) : Buffer.alloc(0);
  const short = (value: number): number => (behind ? 0 : wide ? 0xffff_ffff : value);
  const head = fields(
    [0x04034b50, 4],
    [20, 2],
    [flags | (behind ? 8 : 0), 2],
    [method, 2],
    [0, 4],
    [behind ? 0 : sum, 4],
    [short(body.length), 4],
    [short(size), 4],
    [nameBytes.length, 2],
    [extra.length, 2],
  );
  const width = behind?.wide ? 8 : 4;
  const sums = behind
    ? fields(
        ...(behind.mark ? [[0x08074b50, 4] as const] : []),
        [sum, 4],
        [body.length, width],
        [size, width],
      )
    : Buffer.alloc(0);
  return Buffer.concat([head, nameBytes, extra, body, sums]);
}

/** Numbers in so many bytes each, the lowest first. */
function fields(...values: readonly (readonly [value: number, bytes: number])[]): Buffer {
  return Buffer.concat(
    values.map(([value, length]) => {
      const bytes = Buffer.alloc(length);
      bytes.writeUIntLE(value, 0, Math.min(6, length));
      return bytes;
    }),
  );
}
