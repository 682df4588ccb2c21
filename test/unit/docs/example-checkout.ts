import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { codeBlocks, patched, ROOT } from "./code-blocks.ts";

/** What an example builds on. */
const COPIED = [
  "engine",
  "connectors",
  "schemas",
  "rules",
  "functions",
  "docs/how-to/operate.md",
  "test/unit/rules/given.ts",
];

/** A copy of the code with the blocks of pages in it. */
export interface ExampleCheckout extends Disposable {
  /** Where it lies. */
  readonly folder: string;
  /** The modules that the pages add. */
  readonly added: readonly string[];
  /** Type-checks what the pages add and everything that it imports. Returns what the compiler says: nothing, when all is well. */
  types(): string;
  /** Loads a module; a test file, so that its tests become those of whoever loads it. Disposes of the checkout when it fails. */
  load(file: string): Promise<Record<string, unknown>>;
}

/**
 * Does what pages say, one after the other: puts their `ts` blocks where their first line says, and their `diff`
 * blocks over the file that the text names. What was done before in the checkout is done; a file of the same name
 * with another text is an Error. In a folder of the checkout that neither git nor the tools look at, so that packages
 * are found.
 */
export function followPages(...pages: readonly string[]): ExampleCheckout {
  mkdirSync(path.join(ROOT, ".local"), { recursive: true });
  const folder = mkdtempSync(path.join(ROOT, ".local", "example-"));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  const added: string[] = [];
  try {
    for (const name of COPIED) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    for (const { language, code, file } of pages.flatMap(codeBlocks)) {
      if (file === undefined || !["ts", "diff"].includes(language)) continue;
      const target = path.join(folder, file);
      mkdirSync(path.dirname(target), { recursive: true });
      if (language === "diff") writeFileSync(target, patched(file, readFileSync(target, "utf8"), code));
      else {
        if (existsSync(target) && readFileSync(target, "utf8") !== code)
          throw new Error(`a page shows a ${file} that is not the one which is there`);
        writeFileSync(target, code);
        added.push(file);
      }
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    folder,
    added,
    types() {
      const settings = { extends: "../../tsconfig.json", include: [], exclude: [] };
      const project = path.join(folder, "tsconfig.json");
      writeFileSync(project, JSON.stringify({ ...settings, files: [...added, "functions/app.ts"] }));
      const compiler = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
      const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, "--project", project], {
        cwd: folder,
        encoding: "utf8",
        timeout: 60_000,
      });
      return status === 0 ? "" : `${stdout}${stderr}` || `the compiler ended with ${status}`;
    },
    async load(file) {
      try {
        return (await import(pathToFileURL(path.join(folder, file)).href)) as Record<string, unknown>;
      } catch (error) {
        dispose();
        throw error;
      }
    },
    [Symbol.dispose]: dispose,
  };
}
