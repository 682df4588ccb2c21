import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ModuleDefinition } from "../../../engine/define/module.ts";
import { OPERATIONS } from "../../../modules/openrefine-history/history.ts";
import { FUNCTIONS } from "../../../modules/openrefine-history/grel/functions.ts";
import { overFiles } from "../../../modules/over-files.ts";
import { SUPPORTED } from "../../../modules/row-schema/supported.ts";
import { runModule } from "../modules/run-module.ts";
import { type CodeBlock, codeBlocks, ROOT } from "./code-blocks.ts";

const PAGE = "docs/how-to/sequence-modules.md";
const page = readFileSync(path.join(ROOT, PAGE), "utf8");
const blocks = codeBlocks(PAGE);

/** What the page says under the heading of a module. */
const sectionOf = (name: string): string => page.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";

interface Example {
  readonly config: string;
  readonly input: string;
  /** What it writes, or as `text` what it says is wrong. */
  readonly outcome: CodeBlock;
  readonly log: string | undefined;
}

/** Examples of a module: a configuration, what is read, what comes of it, and the log where it is shown. */
function examplesOf(name: string): Example[] {
  const own = blocks.filter(({ code }) => sectionOf(name).includes(code));
  const starts = own.flatMap(({ language }, at) => (language === "json" ? [at] : []));
  return starts.flatMap((at) => {
    const [config, input, outcome, log] = own.slice(at);
    if (!config || !input || !outcome) return [];
    return [
      {
        config: config.code,
        input: input.code,
        outcome,
        log: log?.language === "log" ? log.code : undefined,
      },
    ];
  });
}

const examples = overFiles.flatMap((module) =>
  examplesOf(module.name).map((example, at) => ({ module, example, title: `${module.name}, ${at + 1}` })),
);

/** What a module writes and logs, or what it says is wrong. */
async function outcomeOf(
  module: ModuleDefinition,
  { config, input }: Example,
): Promise<{ text: string; log?: string }> {
  const parsed = module.config.safeParse(JSON.parse(config));
  if (!parsed.success) return { text: `${parsed.error.issues[0]?.message}\n` };
  return runModule(module, { config: JSON.parse(config), input }).then(
    ({ output = "", log }) => ({ text: output.replaceAll("\r\n", "\n"), log: `${log.join("\n")}\n` }),
    (error: Error) => ({ text: `${error.message}\n` }),
  );
}

describe("docs/how-to/sequence-modules.md", () => {
  test.each(examples)("the example of $title does what it shows", async ({ module, example }) => {
    const { text, log } = await outcomeOf(module, example);
    expect(text).toBe(example.outcome.code);
    expect(example.log ?? log).toBe(log);
  });

  test.each(overFiles)(
    "has an example of $name, and each member of its configuration",
    ({ name, config }) => {
      expect(examplesOf(name).length).toBeGreaterThan(0);
      const schema = z.toJSONSchema(config, { io: "input", unrepresentable: "any" });
      const documented = [...sectionOf(name).matchAll(/^\| `(\w+)` +\|/gm)].map(([, member]) => member);
      expect(documented).toEqual(expect.arrayContaining(Object.keys(schema.properties ?? {})));
    },
  );

  test("names each operation, function and keyword that is supported", () => {
    const words = (name: string): string[] =>
      [...sectionOf(name).matchAll(/`([^`\n]+)`/g)].map(([, word = ""]) => word);
    expect(words("openrefine")).toEqual(
      expect.arrayContaining([...OPERATIONS.keys(), ...FUNCTIONS.keys(), "if"]),
    );
    expect(words("validate")).toEqual(expect.arrayContaining([...SUPPORTED.keywords, ...SUPPORTED.formats]));
  });
});
