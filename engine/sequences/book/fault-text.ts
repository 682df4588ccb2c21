import type { BookFault } from "../book.ts";

/** Faults of one sequence as one text: `etl_sequences/daily.json is no sequence: 0.conf: must be …`. */
export function noSequence(faults: readonly BookFault[]): string {
  const [{ file, path, message } = { file: "", path: "", message: "" }] = faults;
  if (faults.length === 1 && path === "") return `${file} ${message}`;
  return `${file} is no sequence: ${faults.map((fault) => placed(fault)).join("; ")}`;
}

/** A fault of `modules.json` as one text: `extractor: there is no file …`. */
export function noModule({ file, path, message }: BookFault): string {
  return path === "" ? `${file} ${message}` : placed({ path, message });
}

function placed({ path, message }: Pick<BookFault, "path" | "message">): string {
  return path === "" ? message : `${path}: ${message}`;
}
