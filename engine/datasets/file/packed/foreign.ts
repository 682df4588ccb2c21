/** How files begin that are no CSV, at a place if not the first, and what to call them. */
const BEGINNINGS: readonly { readonly at?: number; readonly bytes: string; readonly is: string }[] = [
  {
    bytes: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    is: "an Excel workbook of the old kind (.xls), or another document of Office: save it as CSV",
  },
  { bytes: "%PDF-", is: "a PDF document: export the table as CSV" },
  { bytes: "\x89PNG\r\n\x1a\n", is: "a PNG image, not a CSV" },
  { bytes: "\xff\xd8\xff\xdb", is: "a JPEG image, not a CSV" },
  { bytes: "\xff\xd8\xff\xe0", is: "a JPEG image, not a CSV" },
  { bytes: "\xff\xd8\xff\xe1", is: "a JPEG image, not a CSV" },
  { bytes: "II\x2a\0", is: "a TIFF image, not a CSV" },
  { bytes: "MM\0\x2a", is: "a TIFF image, not a CSV" },
  { at: 8, bytes: "WEBPVP8", is: "a WebP image, not a CSV" },
  // A page's head follows in Thrift, so that a column named PAR1 is not taken for it.
  { bytes: "PAR1\x15", is: "a Parquet file: export the table as CSV" },
  { bytes: "Obj\x01", is: "an Avro file: export the table as CSV" },
  { bytes: "SQLite format 3\0", is: "an SQLite database: export the table as CSV" },
  { bytes: "7z\xbc\xaf\x27\x1c", is: "a 7-Zip archive: pack it as gzip or zip" },
  { bytes: "Rar!\x1a\x07", is: "a RAR archive: pack it as gzip or zip" },
  { bytes: "\xfd7zXZ\0", is: "an xz file: pack it as gzip or zip" },
  { bytes: "\x28\xb5\x2f\xfd", is: "a Zstandard file: pack it as gzip or zip" },
  { at: 257, bytes: "ustar", is: "a tar archive: send its file by itself" },
];

/** A GIF's two measures follow, with a NUL where one is under 256 pixels. */
const GIF = /^GIF8[79]a/;
/** Behind the digit of its level. */
const BZIP2 = /^BZh[1-9]1AY&SY/;

/** Bytes from the beginning of a file that {@link foreignFile} looks at. */
export const BEGINNING_BYTES = 264;

/** What a file is that is no text, as its first bytes tell: completes "the file is …". Undefined where they tell nothing. */
export function foreignFile(beginning: Uint8Array): string | undefined {
  const text = Buffer.from(beginning).toString("latin1");
  if (GIF.test(text) && text.slice(6, 10).includes("\0")) return "a GIF image, not a CSV";
  if (BZIP2.test(text)) return "a bzip2 file: pack it as gzip or zip";
  return BEGINNINGS.find(({ at = 0, bytes }) => text.startsWith(bytes, at))?.is;
}

/** How a file is packed, as its first bytes tell (RFC 1952; APPNOTE.TXT, 4.3). */
export function packing(beginning: Uint8Array): "gzip" | "zip" | undefined {
  const [a, b, c, d] = beginning;
  if (a === 0x1f && b === 0x8b) return "gzip";
  // A local file, the end of an empty archive, the mark of one in pieces.
  const zip =
    a === 0x50 && b === 0x4b && ((c === 3 && d === 4) || (c === 5 && d === 6) || (c === 7 && d === 8));
  return zip ? "zip" : undefined;
}
