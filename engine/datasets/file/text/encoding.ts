import { FileFaultError } from "../../../errors/file-fault-error.ts";

/** How a file's characters are written as bytes. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** What people call them. ISO 8859-1 has control characters where windows-1252 has `€`, and nobody means those. */
const NAMES: Readonly<Record<string, Encoding>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "utf-16le": "utf-16le",
  utf16le: "utf-16le",
  "utf-16be": "utf-16be",
  utf16be: "utf-16be",
  latin1: "windows-1252",
  "latin-1": "windows-1252",
  "iso-8859-1": "windows-1252",
  "windows-1252": "windows-1252",
  cp1252: "windows-1252",
};

/** The encoding of a name, whatever its case. Throws a FileFaultError for one that is not known. */
export function encodingNamed(name: string): Encoding {
  const key = name.trim().toLowerCase();
  const encoding = Object.hasOwn(NAMES, key) ? NAMES[key] : undefined;
  if (encoding) return encoding;
  throw new FileFaultError(
    `the encoding ${JSON.stringify(name.slice(0, 40))} is not known: say utf-8, utf-16le, utf-16be or windows-1252`,
  );
}

/** Bytes from the beginning of a file that {@link encodingOf} looks at. */
export const FIRST_BYTES = 1024;

/** The mark with which a file of an encoding may begin, U+FEFF. */
const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** How many bytes the mark of an encoding takes at the beginning of a file; 0 where there is none. */
export function markBytes(first: Uint8Array, encoding: Encoding): number {
  const mark = MARKS.find(([of]) => of === encoding)?.[1] ?? [];
  return mark.length > 0 && startsWith(first, mark) ? mark.length : 0;
}

/**
 * What a file's first bytes tell by a mark, or by where their NULs are; undefined where they tell nothing, which is to
 * say that it is UTF-8 or windows-1252. Throws a FileFaultError for UTF-32.
 */
export function encodingOf(first: Uint8Array): Encoding | undefined {
  if (startsWith(first, [0xff, 0xfe, 0, 0]) || startsWith(first, [0, 0, 0xfe, 0xff])) {
    throw new FileFaultError("the file is UTF-32, which is not read: save it as UTF-8");
  }
  return MARKS.find(([, mark]) => startsWith(first, mark))?.[0] ?? byNuls(first);
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return bytes.length >= mark.length && mark.every((byte, i) => bytes[i] === byte);
}

/** Latin text in UTF-16 has a NUL in every pair of bytes, always at the same place; other text has one nowhere. */
function byNuls(first: Uint8Array): Encoding | undefined {
  const pairs = first.length >> 1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs * 2; i += 2) {
    if (first[i] === 0) even++;
    if (first[i + 1] === 0) odd++;
  }
  if (even === 0 && odd * 2 > pairs) return "utf-16le";
  return odd === 0 && even * 2 > pairs ? "utf-16be" : undefined;
}
