import { globSync, readFileSync } from "node:fs";
import path from "node:path";

/** The settings in the table of docs/how-to/operate.md of a checkout, a line each: name, default, whether it is a secret. */
export function documentedSettings(root: string): string[] {
  const page = readFileSync(path.join(root, "docs", "how-to", "operate.md"), "utf8");
  const rows = page.matchAll(/^\| `(\w+)` +\|[^|]+\|([^|]+)\| (yes|no) +\|$/gm);
  return [...rows]
    .map(([, name, fallback = "", secret]) => `${name} | ${/`(.+)`/.exec(fallback)?.[1] ?? ""} | ${secret}`)
    .toSorted();
}

/** Every `setting("…")` and `secret("…")` of the code that is deployed, in the same form. */
export function declaredSettings(root: string): string[] {
  const found = new Set<string>();
  for (const file of globSync("{engine,connectors,functions}/**/*.ts", { cwd: root })) {
    const code = readFileSync(path.join(root, file), "utf8").replaceAll(/^\s*(?:\*|\/\*\*|\/\/).*$/gm, "");
    for (const [, kind, name, fallback = ""] of code.matchAll(
      /\b(setting|secret)\("(\w+)"(?:, "([^"]*)")?\)/g,
    )) {
      found.add(`${name} | ${fallback} | ${kind === "secret" ? "yes" : "no"}`);
    }
  }
  return [...found].toSorted();
}
