import { readFileSync, type Stats, statSync } from "node:fs";
import { faultPlace } from "./json-place.ts";

/** What a file came to, or why it is no JSON. */
export type JsonFile<T> = { readonly made: T } | { readonly fault: string };

/** A file of more bytes is none that people write. */
const MOST_BYTES = 1024 * 1024;

/** A file that changed so short a time ago may change again within one tick of its file system's clock. */
const SETTLED_MS = 2_000;

/**
 * Reads JSON files, and makes of each what `make` makes; each again once its time or size is another. Undefined where there
 * is no such file.
 */
export function jsonFiles<T>(make: (json: unknown) => T): (file: string) => JsonFile<T> | undefined {
  const known = new Map<string, { readonly mark: string; readonly read: JsonFile<T> }>();
  return (file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (!stats?.isFile()) {
      known.delete(file);
      return undefined;
    }
    const mark = [stats.mtimeMs, stats.ctimeMs, stats.size, stats.ino].join(" ");
    const before = known.get(file);
    if (before?.mark === mark) return before.read;
    const read = readJson(file, stats, make);
    if (Date.now() - stats.ctimeMs > SETTLED_MS) known.set(file, { mark, read });
    else known.delete(file);
    return read;
  };
}

function readJson<T>(file: string, { size }: Stats, make: (json: unknown) => T): JsonFile<T> {
  if (size > MOST_BYTES) return { fault: "has more than 1 MiB" };
  let text: string;
  try {
    text = readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    return { fault: `cannot be read: ${(error as Error).message}` };
  }
  try {
    return { made: make(JSON.parse(text)) };
  } catch (error) {
    const place = faultPlace(text);
    // What `make` throws is nothing that the file is at fault for.
    if (place === undefined) throw error;
    return { fault: `is not JSON: ${place}` };
  }
}
