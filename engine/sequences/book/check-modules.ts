import { readFile } from "node:fs/promises";
import { nearestNames } from "../../datasets/query/nearest.ts";
import type { ModuleDefinition } from "../../define/module.ts";
import { faultOfPaths } from "../../jobs/job-paths.ts";
import { type Issue, issuesOf } from "../../sync/quarantine.ts";
import type { CommandModule, Module, SequenceBook } from "../book.ts";
import { pathOf } from "../path.ts";
import { fillInStep } from "../runs/fill-in-step.ts";
import type { SequencePlan, SequenceStep } from "../sequence.ts";
import type { Given } from "./check-sequence.ts";
import { FaultyFileError } from "./faulty-file-error.ts";
import { defaultsOf, knownText } from "./known-text.ts";

/** What the check of one step has at hand. */
interface StepAt {
  readonly step: SequenceStep;
  readonly plan: SequencePlan;
  readonly isHandler: boolean;
  readonly place: (member: string) => string;
  readonly book: SequenceBook;
}

/** What is wrong with what the steps of a sequence, and its error handler, say of their modules. */
export async function checkModules({ plan, place }: Given, book: SequenceBook): Promise<Issue[]> {
  const handler = plan.error_handler;
  const steps: StepAt[] = plan.steps.map((step, index) => ({
    step,
    plan,
    book,
    isHandler: false,
    place: (member) => place(index, member),
  }));
  if (handler) {
    const step = { ...handler, input: "", output: "", retries: 0, retry_delay: 0 };
    steps.push({ step, plan, book, isHandler: true, place: (member) => `error_handler.${member}` });
  }
  const issues: Issue[] = [];
  for (const each of steps) issues.push(...(await checkStep(each)));
  return issues;
}

async function checkStep(at: StepAt): Promise<readonly Issue[]> {
  const { step, place, book } = at;
  let module: Module | undefined;
  try {
    module = await book.module(step.module_name);
  } catch (error) {
    if (!(error instanceof FaultyFileError)) throw error;
    return [{ path: place("module_name"), message: `is faulty in modules.json: ${error.message}` }];
  }
  if (!module) return [{ path: place("module_name"), message: await whyUnknown(step.module_name, book) }];
  const conf = await confFaults(at, module);
  if (module.kind === "command") return [...conf, ...folderFaults(at, module)];
  return [...presenceFaults(at, module), ...conf];
}

async function whyUnknown(name: string, book: SequenceBook): Promise<string> {
  const names = (await book.modules()).map((module) => module.name);
  const near = nearestNames(name, names);
  if (near.length > 0) return `is no module; did you mean ${near.join(" or ")}?`;
  return `is no module; there are ${names.toSorted().join(", ") || "none"}`;
}

function presenceFaults({ step, isHandler, place }: StepAt, module: ModuleDefinition): Issue[] {
  const issues: Issue[] = [];
  if (isHandler && module.output === "required") {
    const message = `writes an output, which an error handler has none of: ${module.name}`;
    issues.push({ path: place("module_name"), message });
  }
  for (const member of isHandler ? [] : (["input", "output"] as const)) {
    if (module[member] === "required" && step[member] === "") {
      issues.push({ path: place(member), message: `must name a file: ${module.name} needs one` });
    }
    if (module[member] === "none" && step[member] !== "") {
      issues.push({ path: place(member), message: `must be empty: ${module.name} has none` });
    }
  }
  if (step.args.length > 0) {
    const message = `must be empty: ${module.name} is no command, and is configured by conf alone`;
    issues.push({ path: place("args"), message });
  }
  return issues;
}

/** Files that would be one and the same in the folder of a command: the one would be brought over the other. */
function folderFaults({ step, place, plan, book }: StepAt, { files, name }: CommandModule): Issue[] {
  const local = (text: string): string[] => {
    const found = pathOf(knownText(text, plan).text);
    return !("fault" in found) && found.kind === "local" ? [found.path.slice(2)] : [];
  };
  const conf = typeof step.conf === "string" ? knownText(step.conf, plan).text : "conf.json";
  const taken = new Set(files.keys());
  for (const [member, paths] of [
    ["conf", typeof step.conf === "string" && book.confFile(conf) === undefined ? [] : [conf]],
    ["input", local(step.input)],
    ["output", local(step.output)],
  ] as const) {
    for (const path of paths) {
      // That a step reads what it writes is told elsewhere.
      const double = taken.has(path) && !(member === "output" && local(step.input).includes(path));
      const fault = double
        ? `${path} would be two files`
        : faultOfPaths({ files: [], bring: [...taken], keep: [path] });
      if (fault !== undefined)
        return [{ path: place(member), message: `cannot be in the folder of ${name}: ${fault}` }];
      taken.add(path);
    }
  }
  return [];
}

/** What is wrong with a configuration, as far as it is known before a run. */
async function confFaults({ step, plan, place, book }: StepAt, module: Module): Promise<Issue[]> {
  const at = place("conf");
  const { conf } = fillInStep(step, defaultsOf(plan));
  if (knownText(JSON.stringify(step.conf), plan).open) return [];
  let json: unknown = conf;
  if (typeof conf === "string" && conf !== "") {
    const file = book.confFile(conf);
    if (file === undefined) return [{ path: at, message: `names no file in etl_sequences/: ${conf}` }];
    if (module.kind === "command") return [];
    try {
      json = JSON.parse(await readFile(file, "utf8"));
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      return [{ path: at, message: `names a file that cannot be used, ${conf}: ${message}` }];
    }
  }
  if (module.kind === "command") return [];
  const parsed = module.config.safeParse(conf === "" ? {} : json);
  if (parsed.success) return [];
  return issuesOf(parsed.error).map(({ path, message }) => ({
    path: path === "" ? at : `${at}.${path}`,
    message,
  }));
}
