import type { SequenceBook } from "../../../../engine/sequences/book.ts";
import { type SequencePlan, sequenceFile } from "../../../../engine/sequences/sequence.ts";

/** A book with these sequences; each is given as its file has it. What is set later counts from then on. */
export function bookOf(
  files: Record<string, unknown>,
): SequenceBook & { set(name: string, file: unknown): void } {
  const plans = new Map<string, SequencePlan>();
  const set = (name: string, file: unknown): void => void plans.set(name, sequenceFile.parse(file));
  for (const [name, file] of Object.entries(files)) set(name, file);
  return {
    set,
    async find(name) {
      const plan = plans.get(name);
      return plan && { name, plan, from: "file" };
    },
    list: async () => [...plans].map(([name, plan]) => ({ name, plan, from: "file" })),
    module: async () => undefined,
    modules: async () => [],
    faults: async () => [],
    confFile: () => undefined,
  };
}

/** Three steps, each of which reads what the one before wrote. */
export const CHAIN = {
  steps: [
    { module_name: "extract", output: "raw.csv" },
    { module_name: "clean", input: "raw.csv", output: "clean.csv", conf: { trim: true } },
    { module_name: "load", input: "clean.csv", output: "loaded.csv" },
  ],
} as const;
