import { readFileSync } from "node:fs";

/** What a JSON file says. Throws an error that names the file when it cannot be read or is not JSON. */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "does not exist" : `cannot be read: ${(error as Error).message}`;
    throw new Error(`${file} ${why}`, { cause: error });
  }
}
