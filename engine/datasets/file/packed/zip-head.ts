import { isUtf8 } from "node:buffer";
import { FileFaultError } from "../../../errors/file-fault-error.ts";

/** What stands before a file in a zip (APPNOTE.TXT 6.3.10, 4.3.7). */
export interface ZipHead {
  readonly name: string;
  readonly method: "stored" | "deflated";
  /** Undefined where they come behind the file, with `later`. */
  readonly sums: ZipSums | undefined;
}

/** What tells whether a file came whole. */
export interface ZipSums {
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** Bytes of a head before the name. */
export const HEAD_BYTES = 30;

const ENCRYPTED = 1 << 0;
const LATER = 1 << 3;
const METHODS: Readonly<Record<number, string>> = {
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "xz",
  98: "PPMd",
};
const WHOLE = 0xffff_ffff;
/** Strong encryption has this method. */
const AES = 99;

/** How many bytes of name and extra fields follow a head. */
export function namedBytes(fixed: Uint8Array): number {
  const view = viewOf(fixed);
  return view.getUint16(26, true) + view.getUint16(28, true);
}

/**
 * Reads a head from its fixed bytes and what follows it. Throws a FileFaultError where the file is encrypted, packed in
 * a way that is not known, or its end cannot be found.
 */
export function zipHead(fixed: Uint8Array, named: Uint8Array): ZipHead {
  const view = viewOf(fixed);
  const flags = view.getUint16(6, true);
  const method = view.getUint16(8, true);
  const nameLength = view.getUint16(26, true);
  const name = zipName(named.subarray(0, nameLength));
  if (flags & ENCRYPTED || method === AES) {
    throw new FileFaultError(`\`${name}\` in the zip is encrypted: pack it without a password`);
  }
  if (method !== 0 && method !== 8) {
    const known = METHODS[method] ?? `method ${method}`;
    throw new FileFaultError(
      `\`${name}\` in the zip is packed with ${known}: pack it with Deflate, or as gzip`,
    );
  }
  if (flags & LATER) {
    if (method === 0 && !name.endsWith("/")) {
      throw new FileFaultError(
        `the end of \`${name}\` in the zip cannot be told: pack it with Deflate, or as gzip`,
      );
    }
    return { name, method: method === 0 ? "stored" : "deflated", sums: undefined };
  }
  let packed = view.getUint32(18, true);
  let size = view.getUint32(22, true);
  if (packed === WHOLE || size === WHOLE) {
    const long = longSizes(named.subarray(nameLength));
    if (size === WHOLE) size = long.shift() ?? size;
    if (packed === WHOLE) packed = long.shift() ?? packed;
  }
  const sums = { crc: view.getUint32(14, true), packed, size };
  return { name, method: method === 0 ? "stored" : "deflated", sums };
}

/** A name in a zip: UTF-8 where it is, whatever the flags say. */
export function zipName(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString(isUtf8(bytes) ? "utf8" : "latin1");
}

/** Folders, and what macOS adds to every archive. */
export function isNoFile(name: string): boolean {
  return name.endsWith("/") || name.startsWith("__MACOSX/") || /(?:^|\/)\.DS_Store$/.test(name);
}

/** Sizes over 4 GiB, in the order of the specification (4.5.3). */
function longSizes(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (id === 1 && end <= extra.length) {
      const sizes: number[] = [];
      for (let from = at + 4; from + 8 <= end; from += 8) sizes.push(Number(view.getBigUint64(from, true)));
      return sizes;
    }
    at = end;
  }
  return [];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
