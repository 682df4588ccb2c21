import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { topologyOf } from "../../../engine/define/topology.ts";
import { routes } from "../../../functions/api/index.ts";
import app from "../../../functions/app.ts";
import { codeBlocks, ROOT } from "./code-blocks.ts";

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

describe("the pages say what the code says", () => {
  test("docs/api.md has each route, and who may call it", () => {
    const documented = [...read("docs/api.md").matchAll(/^\| `(\w+ \/api\/\S+)` +\| (.+?) +\|/gm)];
    const real = routes.map(({ methods, route, access }) => [
      `${methods.join()} /${route}`,
      route.includes("webhooks") ? "whoever signs" : access === "open" ? "anybody" : access.join(", "),
    ]);
    expect(lines(documented.map(([, route, access]) => [route, access]))).toEqual(lines(real));
  });

  test("docs/how-to/operate.md has each setting, its default, and whether it is a secret", () => {
    const rows = read("docs/how-to/operate.md").matchAll(/^\| `(\w+)` +\|[^|]+\|([^|]+)\| (yes|no) +\|$/gm);
    const documented = [...rows].map(([, name, fallback, secret]) => [
      name,
      /`(.+)`/.exec(fallback ?? "")?.[1],
      secret,
    ]);
    const declared = settingsInCode().map(({ name, fallback, secret }) => [
      name,
      fallback,
      secret ? "yes" : "no",
    ]);
    expect(lines(documented)).toEqual(lines(declared));
  });

  test("docs/data.md has each container with its partition key", () => {
    const rows = read("docs/data.md").matchAll(/^\| `(\w+)` +\| `(\/\w+)`/gm);
    const real = topologyOf(app).containers.map(({ name, partitionKey }) => [name, partitionKey]);
    expect([...rows].map(([, name, key]) => [name, key])).toEqual(real);
  });

  test("docs/how-to/add-a-pull.md shows code as it is", () => {
    for (const { language, file, code } of codeBlocks("docs/how-to/add-a-pull.md")) {
      expect(language).toBe("ts");
      expect(read(file ?? "")).toContain(code.replace(/^.*\n/, ""));
    }
  });
});

/** Every `setting("…")` and `secret("…")` of the code that is deployed. */
function settingsInCode(): { name: string; fallback: string | undefined; secret: boolean }[] {
  const found = new Map<string, { name: string; fallback: string | undefined; secret: boolean }>();
  for (const file of globSync("{engine,connectors,functions}/**/*.ts", { cwd: ROOT })) {
    const code = read(file).replaceAll(/^\s*(?:\*|\/\*\*|\/\/).*$/gm, "");
    for (const [, kind, name = "", fallback] of code.matchAll(
      /\b(setting|secret)\("(\w+)"(?:, "([^"]*)")?\)/g,
    )) {
      found.set(name, { name, fallback, secret: kind === "secret" });
    }
  }
  return [...found.values()];
}

/** Rows as text, in an order of their own. */
function lines(rows: readonly (readonly (string | undefined)[])[]): string[] {
  return rows.map((row) => row.join(" | ")).toSorted();
}
