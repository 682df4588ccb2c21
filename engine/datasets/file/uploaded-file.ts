import { FileFaultError } from "../../errors/file-fault-error.ts";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { headerValue } from "./multipart/parameters.ts";
import { type FormPart, formParts } from "./multipart/parts.ts";

/** A file as it was uploaded. */
export interface UploadedFile {
  /** Its name without folders; undefined where the body is the file. */
  readonly fileName: string | undefined;
  /** The form's text fields: those before the file at once, those behind it when `bytes` has ended. */
  readonly fields: ReadonlyMap<string, string>;
  /**
   * The file, read as it is asked for; to be iterated once. Throws a FileFaultError where the upload is cut off, or
   * what comes behind the file is not allowed. Whoever leaves early ends the upload.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Ends the upload where `bytes` is not iterated at all. */
  discard(): Promise<void>;
}

/** How much a form may hold beside its file. */
export interface FormLimits {
  /** Text fields. Default 20. */
  readonly fields?: number;
  /** Bytes of one. Default 4,096. */
  readonly fieldBytes?: number;
}

/** The field that holds the file. */
const FILE = "file";
/** RFC 2046, section 5.1.1. */
const BOUNDARY_LIMIT = 70;

/**
 * The file of a request: of a `multipart/form-data` body its field `file`, of any other the body itself. Reads as far
 * as the file begins. Throws a FileFaultError where a form has no boundary, no such field or no file name, is cut off,
 * or holds a file in another field, a field twice, or more text than allowed.
 */
export async function uploadedFile(
  contentType: string | undefined,
  bytes: AsyncIterable<Uint8Array>,
  limits: FormLimits = {},
): Promise<UploadedFile> {
  const { value: type, parameters } = headerValue(contentType ?? "");
  const reader = byteReader(bytes);
  const discard = (): Promise<void> => reader.close();
  if (!type.startsWith("multipart/")) {
    return { fileName: undefined, fields: new Map(), bytes: rawBody(reader), discard };
  }
  try {
    if (type !== "multipart/form-data") {
      throw new FileFaultError(
        `an upload of ${type.slice(0, 100)} is not understood: send multipart/form-data, or the file as the body`,
      );
    }
    const boundary = parameters.get("boundary") ?? "";
    if (boundary === "" || boundary.length > BOUNDARY_LIMIT) {
      throw new FileFaultError("the Content-Type multipart/form-data needs a boundary of 1 to 70 characters");
    }
    const parts = formParts(reader, boundary);
    const fields = new Map<string, string>();
    const file = await readFields(parts, fields, limits);
    if (!file) {
      const seen =
        fields.size === 0
          ? "it has none"
          : `it has ${[...fields.keys()].map((name) => quotedField(name)).join(", ")}`;
      throw new FileFaultError(`the form has no field \`${FILE}\` with a file: ${seen}`);
    }
    if (file.name !== FILE) {
      throw new FileFaultError(
        `the form has a file in the field ${quotedField(file.name)}: send it in the field \`${FILE}\``,
      );
    }
    const fileName = /[^/\\]*$/.exec(file.fileName ?? "")?.[0].trim();
    if (!fileName) {
      throw new FileFaultError(`the field \`${FILE}\` has an empty file name: no file was chosen`);
    }
    return { fileName, fields, bytes: formBody(reader, file, parts, fields, limits), discard };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function* rawBody(reader: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (let chunk; (chunk = await reader.chunk());) yield chunk;
  } finally {
    await reader.close();
  }
}

async function* formBody(
  reader: ByteReader,
  file: FormPart,
  parts: AsyncGenerator<FormPart, void, void>,
  fields: Map<string, string>,
  limits: FormLimits,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* file.body;
    const second = await readFields(parts, fields, limits);
    if (second) throw new FileFaultError(`the form has two files: send one, in the field \`${FILE}\``);
  } finally {
    await reader.close();
  }
}

/** Reads text fields up to the next file, which is not read; undefined where none comes. */
async function readFields(
  parts: AsyncGenerator<FormPart, void, void>,
  fields: Map<string, string>,
  { fields: most = 20, fieldBytes = 4096 }: FormLimits,
): Promise<FormPart | undefined> {
  for (;;) {
    const { done, value: part } = await parts.next();
    if (done || !part) return undefined;
    if (part.fileName !== undefined) return part;
    if (part.name === FILE)
      throw new FileFaultError(`the field \`${FILE}\` has no file name: send it as a file`);
    if (fields.has(part.name))
      throw new FileFaultError(`the form has the field ${quotedField(part.name)} twice`);
    if (fields.size === most) throw new FileFaultError(`the form has more than ${most} text fields`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of part.body) {
      size += chunk.length;
      if (size > fieldBytes)
        throw new FileFaultError(`the field ${quotedField(part.name)} is longer than ${fieldBytes} bytes`);
      chunks.push(chunk);
    }
    fields.set(part.name, Buffer.concat(chunks).toString("utf8"));
  }
}

function quotedField(name: string): string {
  return `\`${name.length > 100 ? `${name.slice(0, 100)}…` : name}\``;
}
