import type { Documents } from "../../ports.ts";
import type { BookFault } from "../book.ts";
import type { Sequence } from "../sequence.ts";
import type { AppFiles } from "./app-files.ts";
import { followCycles } from "./follow-cycles.ts";
import { parseSequence } from "./parse-sequence.ts";
import { allStored } from "./stored-sequence.ts";

/** Sequences that can be used, by name, and what is wrong with others. */
export interface Gathered {
  readonly sequences: readonly Sequence[];
  readonly faults: readonly BookFault[];
}

/**
 * Gathers the sequences of the app's files and of the store. Those that follow one another in a circle are left out: each
 * run would start the next, without an end. Rejects when the store fails.
 */
export async function gather(files: AppFiles, documents: Documents): Promise<Gathered> {
  const { sequences: ofFiles, faults: inFiles } = files.sequences();
  const found = new Map(ofFiles.map((sequence) => [sequence.name, sequence]));
  const faults = [...inFiles];
  const faulty = new Set(inFiles.map(({ file }) => file));
  for await (const stored of allStored(documents)) {
    const { id, name } = stored;
    const file = `etl_sequences/${name}.json`;
    if (found.has(name) || faulty.has(file)) {
      faults.push({ file: id, path: "", message: `is not used: ${file} has its name` });
      continue;
    }
    const parsed = parseSequence(stored.file);
    if ("plan" in parsed) found.set(name, { name, plan: parsed.plan, from: "api" });
    else faults.push(...parsed.issues.map((issue) => ({ file: id, ...issue })));
  }
  for (const chain of followCycles([...found.values()])) {
    const message = `is not used: it comes back to it, ${[...chain, chain[0]].join(" after ")}`;
    for (const name of chain) {
      const file = found.get(name)?.from === "file" ? `etl_sequences/${name}.json` : `sequence|${name}`;
      faults.push({ file, path: "after", message });
      found.delete(name);
    }
  }
  const sequences = [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  return { sequences, faults };
}
