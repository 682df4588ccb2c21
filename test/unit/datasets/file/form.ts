/** A part of a form as {@link formOf} writes it. */
export interface WrittenPart {
  /** The head's lines. */
  readonly head: string;
  readonly body: string | Uint8Array;
}

/** The Content-Type of what {@link formOf} writes. */
export const FORM = "multipart/form-data; boundary=----line7MA4";

/** A form's body, as browsers write it. */
export function formOf(...parts: readonly WrittenPart[]): Buffer {
  const pieces = parts.flatMap(({ head, body }) => [`------line7MA4\r\n${head}\r\n\r\n`, body, "\r\n"]);
  return Buffer.concat([...pieces, "------line7MA4--\r\n"].map((piece) => Buffer.from(piece)));
}

/** A text field. */
export function textField(name: string, body: string): WrittenPart {
  return { head: `Content-Disposition: form-data; name="${name}"`, body };
}

/** A file, in the field `file` unless told otherwise. */
export function fileField(fileName: string, body: string | Uint8Array, name = "file"): WrittenPart {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${fileName}"`;
  return { head: `${disposition}\r\nContent-Type: text/csv`, body };
}
