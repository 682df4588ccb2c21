import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** A folder with an app whose only file is `source`, or with `files` by name; it goes with the test. */
export function appFolder(source: string, files: Record<string, object | string> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-app-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const all = { "package.json": { main: "main.mjs" }, "main.mjs": source, ...files };
  for (const [name, content] of Object.entries(all)) {
    writeFileSync(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

/** Source of a `record(entry)` that writes for `HostProcess.entries`. */
export const recordSource = `import { appendFileSync } from "node:fs";
const record = (entry) => appendFileSync(process.env.RECORD_FILE, JSON.stringify(entry) + "\\n");`;
