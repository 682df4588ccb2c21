import { pathOf, type StepPath } from "../path.ts";
import type { Given, Said } from "./check-sequence.ts";
import { knownText, withSamples } from "./known-text.ts";

/** A path that a step names; `unknown` until the parameters are known. */
interface Named {
  readonly step: number;
  readonly at: StepPath | "unknown";
}

/** Those of them whose place can be compared: files of the run, and blobs. */
interface Placed {
  readonly step: number;
  readonly path: string;
}

/**
 * What is wrong with the paths of a sequence: each that is none, an input that no step before writes, a file that two steps
 * write. A file that no step reads is a warning. Parameters count with their defaults; where one without begins a path,
 * the path is left to the run.
 */
export function checkPaths({ plan, place }: Given): Said {
  const issues: { path: string; message: string }[] = [];
  const named = (member: "input" | "output"): Named[] =>
    plan.steps.flatMap(({ [member]: text }, step): Named[] => {
      const { text: filled, open, opening } = knownText(text, plan);
      if (filled === "") return [];
      if (opening) return [{ step, at: "unknown" }];
      const found = pathOf(open ? withSamples(filled) : filled);
      if ("fault" in found) {
        issues.push({ path: place(step, member), message: found.fault });
        return [];
      }
      if (!open) return [{ step, at: found }];
      const local = found.kind === "local" ? pathOf(filled) : found;
      return [{ step, at: "fault" in local || local.kind !== "local" ? "unknown" : local }];
    });
  const [inputs, outputs] = [named("input"), named("output")];
  const isOpen = ({ at }: Named): boolean => at === "unknown";
  const [files, written] = [inputs.flatMap(local), outputs.flatMap(local)];
  for (const { step, path } of files) {
    const writers = written.filter((output) => output.path === path).map((output) => output.step);
    if (writers.some((writer) => writer < step)) continue;
    if (writers.length === 0 && outputs.some((output) => isOpen(output) && output.step < step)) continue;
    issues.push({ path: place(step, "input"), message: whyUnwritten(path, step, writers[0], plan.steps) });
  }
  const kept = outputs.flatMap((output) => [...local(output), ...blob(output)]);
  for (const [index, { step, path }] of kept.entries()) {
    const first = kept.slice(0, index).find((output) => output.path === path);
    if (!first) continue;
    issues.push({ path: place(step, "output"), message: `is what step ${first.step} writes already` });
  }
  const read = new Set(files.map(({ path }) => path));
  const mayRead = (step: number): boolean => inputs.some((input) => isOpen(input) && input.step > step);
  const warnings = written
    .filter(({ step, path }) => !read.has(path) && !mayRead(step))
    .map(({ step }) => ({
      path: place(step, "output"),
      message: "is read by no step: it stays with the run",
    }));
  return { issues, warnings };
}

function local({ step, at }: Named): Placed[] {
  return at !== "unknown" && at.kind === "local" ? [{ step, path: at.path }] : [];
}

function blob({ step, at }: Named): Placed[] {
  if (at === "unknown" || at.kind !== "blob") return [];
  return [{ step, path: `blob://${at.container}/${at.name}` }];
}

function whyUnwritten(
  path: string,
  step: number,
  writer: number | undefined,
  steps: Given["plan"]["steps"],
): string {
  if (writer === undefined) return `is written by no step before it: ${path}`;
  if (writer === step) return "is what the same step writes: a cycle";
  return `is written by step ${writer}, which comes later: a cycle (${steps[step]?.module_name ?? ""} and ${steps[writer]?.module_name ?? ""})`;
}
