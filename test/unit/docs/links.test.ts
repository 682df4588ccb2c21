import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./code-blocks.ts";

const pages = ["README.md", "CHANGELOG.md", ...globSync("docs/**/*.md", { cwd: ROOT })];
const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

test.each(pages)("the links of %s lead somewhere", (page) => {
  const dead = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(
    ([, target = "", anchor]) => {
      const file = target === "" ? page : path.join(path.dirname(page), target);
      if (!existsSync(path.join(ROOT, file))) return [file];
      return anchor === undefined || anchorsOf(read(file)).includes(anchor) ? [] : [`${file}#${anchor}`];
    },
  );
  expect(dead).toEqual([]);
});

/** Anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
