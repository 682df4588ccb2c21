import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModuleDefinition } from "../../../engine/define/module.ts";
import app from "../../../functions/app.ts";
import { fillIn } from "../../../engine/sequences/parameters.ts";
import { type Emission, observationOf } from "../../../engine/sequences/emit/emission.ts";
import { type SequenceStep, sequenceFile } from "../../../engine/sequences/sequence.ts";
import { actingModules } from "../../../modules/acting.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { createLoading } from "../../../engine/datasets/load/loading.ts";
import { openDatabase } from "../../../engine/datasets/database.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { ROOT } from "./code-blocks.ts";

const settings = createSettings({}, []);
const ports = memoryPorts();
const loading = createLoading(ports, openDatabase(settings));
const modules = actingModules({ app, settings, ports, loading });
const page = readFileSync(path.join(ROOT, "docs/how-to/sequence-modules.md"), "utf8");

/** What the page says of a module. */
function sectionOf({ name }: ModuleDefinition): string {
  const [, rest = ""] = page.split(`\n## ${name}\n`);
  return rest.split("\n## ")[0] ?? "";
}

/** The example of a module, as a step. */
function exampleOf(module: ModuleDefinition): SequenceStep | undefined {
  const [, example = ""] = /^```json\n([^]*?)^```$/m.exec(sectionOf(module)) ?? [];
  return sequenceFile.parse([JSON.parse(example)]).steps[0];
}

describe.each(modules.map((module) => [module.name, module] as const))("%s in the docs", (_name, module) => {
  it("has an example that a sequence takes", () => {
    const step = exampleOf(module);
    expect(step?.module_name).toBe(module.name);
    const conf = JSON.parse(fillIn(JSON.stringify(step?.conf), { since: "2026-01-01" })) as unknown;
    expect(module.config.safeParse(conf).error?.issues).toBeUndefined();
    expect(step?.input !== "").toBe(module.input === "required");
    expect(step?.output !== "").toBe(module.output === "required");
  });

  it("tells of each member of its configuration", () => {
    const documented = [...sectionOf(module).matchAll(/^\| (`[^|]+) *\|/gm)].flatMap(([, cell = ""]) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    const { properties = {} } = z.toJSONSchema(module.config, { io: "input" });
    expect(new Set(documented)).toEqual(new Set(Object.keys(properties)));
  });
});

it("makes of a row the event that the example of emit_events is about", () => {
  const emits = modules.find(({ name }) => name === "emit_events");
  const definition = app.rules.get("crm.contact.upserted")?.on;
  if (!emits || !definition) throw new Error("no such module or event");
  const emission = emits.config.parse(exampleOf(emits)?.conf) as Emission;
  const row =
    "type,number,mail,street,town,country,changed,more\nCC,1020,ana@example.com,Calle 1,Quito,EC,2026-03-02,x";
  const [names = [], cells = []] = row.split("\n").map((line) => line.split(","));
  const values = Object.fromEntries(names.map((name, at) => [name, cells[at]]));
  const record = { values, texts: true, startedAt: "2026-03-05T00:00:00.000Z" };
  expect(observationOf(emission, definition, record)).toMatchObject({
    time: "2026-03-02T00:00:00.000Z",
    data: {
      documentType: "CC",
      documentNumber: "1020",
      email: "ana@example.com",
      address: { line1: "Calle 1", city: "Quito", country: "EC" },
    },
  });
});
