import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** A fenced block of a page. */
export interface CodeBlock {
  /** The word behind the fence: `ts`, `diff`. */
  readonly language: string;
  readonly code: string;
  /** The last file that the page named before it: in its own first comment, or in the text. */
  readonly file: string | undefined;
}

const FENCE = /^```(\w*)\n([^]*?)^```$/gm;

/** The fenced blocks of a page of the checkout, in order. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(path.join(ROOT, page), "utf8");
  return [...text.matchAll(FENCE)].map(({ 1: language = "", 2: code = "", index }) => {
    const own = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    const named = [...text.slice(0, index).matchAll(/`([\w./-]+\.ts)`/g)].at(-1)?.[1];
    return { language, code, file: own ?? named };
  });
}

/**
 * A file after a diff without line numbers: what the diff has (its context and what it takes away) must stand in the
 * file exactly once. Throws an Error that shows what does not.
 */
export function patched(file: string, text: string, diff: string): string {
  const lines = diff.replace(/\n$/, "").split("\n");
  const side = (leftOut: string): string =>
    lines
      .filter((line) => !line.startsWith(leftOut))
      .map((line) => line.slice(1))
      .join("\n");
  const before = side("+");
  const times = text.split(before).length - 1;
  if (times !== 1)
    throw new Error(`a page shows a diff of ${file}, which has this ${times} times:\n${before}`);
  return text.replace(before, () => side("-"));
}
