import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { topologyOf } from "../../../engine/define/topology.ts";
import { routes } from "../../../functions/api/index.ts";
import app from "../../../functions/app.ts";
import { ROOT } from "./code-blocks.ts";
import { declaredSettings, documentedSettings } from "./settings.ts";

const read = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

describe("the pages say what the code says", () => {
  test("docs/api.md has each route, and who may call it", () => {
    const documented = [...read("docs/api.md").matchAll(/^\| `(\w+ \/\S+)` +\| (.+?) +\|/gm)];
    const real = routes.map(({ methods, route, access }) => [
      `${methods.join()} /${route}`,
      route.includes("webhooks") ? "whoever signs" : access === "open" ? "anybody" : access.join(", "),
    ]);
    expect(lines(documented.map(([, route, access]) => [route, access]))).toEqual(lines(real));
  });

  test("docs/how-to/operate.md has each setting, its default, and whether it is a secret", () => {
    expect(documentedSettings(ROOT)).toEqual(declaredSettings(ROOT));
  });

  test("docs/data.md has each container with its partition key", () => {
    const rows = read("docs/data.md").matchAll(/^\| `(\w+)` +\| `(\/\w+)`/gm);
    const real = topologyOf(app).containers.map(({ name, partitionKey }) => [name, partitionKey]);
    expect([...rows].map(([, name, key]) => [name, key])).toEqual(real);
  });
});

/** Rows as text, in an order of their own. */
function lines(rows: readonly (readonly (string | undefined)[])[]): string[] {
  return rows.map((row) => row.join(" | ")).toSorted();
}
