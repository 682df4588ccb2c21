import { z } from "zod";
import { MODULE_NAME } from "../../define/module.ts";
import { issuesOf } from "../../sync/quarantine.ts";
import type { BookFault, CommandModule } from "../book.ts";
import { commandModule } from "./command-module.ts";

const entry = z.strictObject({
  cmd: z
    .union([z.string().min(1).max(2_000), z.array(z.string().max(2_000)).min(1).max(100)], {
      error: "must be a text of at most 2000 characters, or a list of at most 100 words",
    })
    .describe(
      "The command: its words in one text, quotes around those that have spaces, or a list of words. No shell reads it. What begins with ./ is a file beside modules.json or in modules/. --input, --output and --config come behind it.",
    ),
  files: z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .describe("Files that it needs beside it: what its script imports, or reads."),
});

/** `modules.json`: commands by the names of their modules. */
export const MODULES_FILE = z.record(z.string().regex(MODULE_NAME), entry);

/** What `modules.json` came to: modules, and what is wrong with others, each with its place. */
export interface ReadModules {
  readonly modules: readonly CommandModule[];
  readonly faults: readonly BookFault[];
}

const FILE = "modules.json";

/** Reads the content of a `modules.json` that stands in `folder`. A faulty entry does not take the others with it. */
export function modulesOf(json: unknown, folder: string): ReadModules {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    const message = 'must be an object: {"name": {"cmd": "./script.sh"}}';
    return { modules: [], faults: [{ file: FILE, path: "", message }] };
  }
  const modules: CommandModule[] = [];
  const faults: BookFault[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === "$schema") continue;
    const made = moduleOf(name, value, folder);
    if (Array.isArray(made)) faults.push(...made);
    else modules.push(made);
  }
  return { modules, faults };
}

function moduleOf(name: string, value: unknown, folder: string): CommandModule | BookFault[] {
  if (!MODULE_NAME.test(name)) {
    return [{ file: FILE, path: name, message: `modules are named ${MODULE_NAME.source}` }];
  }
  const parsed = entry.safeParse(value);
  if (!parsed.success) {
    return issuesOf(parsed.error).map(({ path, message }) => ({
      file: FILE,
      path: path === "" ? name : `${name}.${path}`,
      message,
    }));
  }
  const made = commandModule(name, parsed.data, folder);
  return "fault" in made ? [{ file: FILE, path: name, message: made.fault }] : made;
}
