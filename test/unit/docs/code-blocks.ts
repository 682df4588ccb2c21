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
    const named = [...text.slice(0, index).matchAll(/`([\w./-]+\.(?:ts|md))`/g)].at(-1)?.[1];
    return { language, code, file: own ?? named };
  });
}

/**
 * A file after a diff without line numbers: what the diff has (its context and what it takes away) must stand in the
 * file exactly once. Where what it comes to stands there already, and where a list has more members than the diff
 * knows of, somebody followed the page, or another one, before: that is fine. Throws an Error that shows what is not.
 */
export function patched(file: string, text: string, diff: string): string {
  const lines = diff.replace(/\n$/, "").split("\n");
  if (lines.every((line) => LIST.test(line))) return extended(file, text, lines);
  const side = (leftOut: string): string =>
    lines
      .filter((line) => !line.startsWith(leftOut))
      .map((line) => line.slice(1))
      .join("\n");
  const [before, after] = [side("+"), side("-")];
  if (text.includes(after)) return text;
  const times = text.split(before).length - 1;
  if (times !== 1)
    throw new Error(`a page shows a diff of ${file}, which has this ${times} times:\n${before}`);
  return text.replace(before, () => after);
}

/** A list on a line of a diff: `-  pulls: [store],`. */
const LIST = /^([-+]) *(\w+): \[(.*)\],$/;

/** A file whose lists have what a diff adds to them, and all that it shows of them before. */
function extended(file: string, text: string, lines: readonly string[]): string {
  return lines.reduce((before, line) => {
    const [, sign, name = "", items = ""] = LIST.exec(line) ?? [];
    return before.replace(new RegExp(String.raw`\b${name}: \[([^\]]*)\]`), (list, standing: string) => {
      const members = membersOf(standing);
      const missing = membersOf(items).filter((member) => !members.includes(member));
      if (sign === "+") return `${name}: [${[...members, ...missing].join(", ")}]`;
      if (missing.length === 0) return list;
      throw new Error(`a page shows a diff of ${file}, whose ${name} lack ${missing.join(", ")}`);
    });
  }, text);
}

function membersOf(list: string): string[] {
  return list
    .split(",")
    .map((member) => member.trim())
    .filter((member) => member !== "");
}
