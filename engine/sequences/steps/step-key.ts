import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { canonicalJson } from "../../audit/canonical.ts";
import type { Module } from "../book.ts";
import type { StepOrder } from "../step.ts";
import { confOf, textOf } from "./conf-of.ts";
import { artifactAt, placeOf } from "./places.ts";
import type { StepWork } from "./step-work.ts";

/** What decides what a step writes; undefined where it reads or writes the world outside. */
export async function stepKey(
  { book, build }: Pick<StepWork, "book" | "build">,
  module: Module,
  { step, parameters, artifacts }: StepOrder,
): Promise<string | undefined> {
  const [input, output] = [placeOf("input", step.input), placeOf("output", step.output)];
  if (input?.kind !== "local" || output?.kind !== "local") return undefined;
  const read = artifactAt(input.path, artifacts);
  if (!read) return undefined;
  const conf = confOf(step, book);
  const key = {
    module: module.kind === "command" ? await commandKey(module) : { name: module.name, build },
    input: { path: input.path, sha256: read.sha256 },
    output: output.path,
    conf: conf === undefined ? null : { name: conf.name, text: await textOf(conf) },
    args: step.args,
    parameters,
  };
  return hashOf(canonicalJson(key));
}

async function commandKey({ command, files }: Module & { kind: "command" }): Promise<object> {
  const hashes = await Promise.all(
    // One that is gone is told of when the module runs.
    [...files].map(async ([name, file]) => [name, await readFile(file).then(hashOf, () => null)] as const),
  );
  return { command, files: Object.fromEntries(hashes) };
}

function hashOf(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
