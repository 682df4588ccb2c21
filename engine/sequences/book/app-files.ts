import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import type { BookFault } from "../book.ts";
import { SEQUENCE_NAME, type Sequence } from "../sequence.ts";
import { noSequence } from "./fault-text.ts";
import { FaultyFileError } from "./faulty-file-error.ts";
import { type JsonFile, jsonFiles } from "./json-files.ts";
import { modulesOf, type ReadModules } from "./modules-file.ts";
import { isSequence, type ParsedSequence, parseSequence } from "./parse-sequence.ts";

/** The files of an app that are about sequences: `etl_sequences/*.json` and `modules.json`. */
export interface AppFiles {
  /** Undefined where there is none of that name. Throws a FaultyFileError. */
  sequence(name: string): Sequence | undefined;
  /** All that can be understood, by name, and what is wrong with the others. */
  sequences(): { readonly sequences: readonly Sequence[]; readonly faults: readonly BookFault[] };
  modules(): ReadModules;
  /** The path of a configuration file beside the sequences. */
  confFile(name: string): string | undefined;
}

/** Where sequences are, in an app's folder. */
const SEQUENCES = "etl_sequences";

/** A file beside the sequences: undefined for what is none, as a configuration is. */
type Beside = JsonFile<ParsedSequence | undefined>;

/** Reads the files of an app's folder, each again when it changed. */
export function appFiles(folder: string): AppFiles {
  const beside = path.join(folder, SEQUENCES);
  const readSequence = jsonFiles((json) => (isSequence(json) ? parseSequence(json) : undefined));
  const readModules = jsonFiles((json) => json);
  return {
    sequence(name) {
      if (!SEQUENCE_NAME.test(name)) return undefined;
      const read = readSequence(path.join(beside, `${name}.json`));
      const faults = faultsOf(`${name}.json`, read);
      if (faults.length > 0) throw new FaultyFileError(noSequence(faults));
      return sequenceOf(name, read);
    },
    sequences() {
      const files = jsonNames(beside).map((file) => ({ file, read: readSequence(path.join(beside, file)) }));
      const sequences = files.flatMap(({ file, read }) => sequenceOf(nameOf(file), read) ?? []);
      const configurations = new Set(sequences.flatMap(confsOf));
      const faults = files
        .filter(({ file }) => !configurations.has(file))
        .flatMap(({ file, read }) => faultsOf(file, read));
      return { sequences, faults };
    },
    modules() {
      const read = readModules(path.join(folder, "modules.json"));
      if (!read) return { modules: [], faults: [] };
      if ("made" in read) return modulesOf(read.made, folder);
      return { modules: [], faults: [{ file: "modules.json", path: "", message: read.fault }] };
    },
    confFile(name) {
      // It is brought to commands under its name: a plain one, and no hidden file.
      if (!/^\w[\w.-]{0,199}$/.test(name)) return undefined;
      const file = path.join(beside, name);
      return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : undefined;
    },
  };
}

function sequenceOf(name: string, read: Beside | undefined): Sequence | undefined {
  if (!read || !("made" in read) || !read.made || !("plan" in read.made)) return undefined;
  return SEQUENCE_NAME.test(name) ? { name, plan: read.made.plan, from: "file" } : undefined;
}

function faultsOf(name: string, read: Beside | undefined): BookFault[] {
  const file = `${SEQUENCES}/${name}`;
  if (!read) return [];
  if ("fault" in read) return [{ file, path: "", message: read.fault }];
  if (!read.made) return [];
  if ("issues" in read.made) return read.made.issues.map((issue) => ({ file, ...issue }));
  if (SEQUENCE_NAME.test(nameOf(name))) return [];
  return [
    { file, path: "", message: `is a sequence, whose file is to be named ${SEQUENCE_NAME.source} and .json` },
  ];
}

/** The files that the steps of a sequence are configured by. */
function confsOf({ plan }: Sequence): string[] {
  const steps = [...plan.steps, ...(plan.error_handler ? [plan.error_handler] : [])];
  return steps.flatMap(({ conf }) => (typeof conf === "string" ? [conf] : []));
}

function nameOf(file: string): string {
  return file.slice(0, -".json".length);
}

function jsonNames(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .toSorted();
}
