import type { ModuleDefinition } from "../../define/module.ts";
import type { Documents } from "../../ports.ts";
import type { SequenceBook } from "../book.ts";
import { appFiles } from "./app-files.ts";
import { noModule } from "./fault-text.ts";
import { FaultyFileError } from "./faulty-file-error.ts";
import { gather } from "./gather.ts";
import { readStored, sequenceOf } from "./stored-sequence.ts";

/** What a book is made of. */
export interface BookOptions {
  /** The app's folder: `etl_sequences/` and `modules.json` are looked for there. */
  readonly folder: string;
  /** Modules in TypeScript: built-in ones and the app's own. */
  readonly modules: readonly ModuleDefinition[];
  /** Where sequences are that came by the API. Asked when it is needed first. */
  readonly documents: () => Documents;
}

/**
 * Opens the sequences and modules of an app. A file of the app stands above what was stored under its name. To ask for a
 * faulty one by its name rejects with a FaultyFileError. Throws a TypeError where two modules in TypeScript have one name.
 */
export function openBook({ folder, modules: written, documents }: BookOptions): SequenceBook {
  const files = appFiles(folder);
  const inCode = new Map(written.map((module) => [module.name, module]));
  const [double] = written.filter((module) => inCode.get(module.name) !== module);
  if (double) throw new TypeError(`two modules are named "${double.name}"`);
  const commands = (): ReturnType<typeof files.modules> => {
    const { modules, faults } = files.modules();
    const double = modules
      .filter(({ name }) => inCode.has(name))
      .map(({ name }) => ({
        file: "modules.json",
        path: name,
        message: "a module in TypeScript has that name, and stands",
      }));
    return { modules: modules.filter(({ name }) => !inCode.has(name)), faults: [...faults, ...double] };
  };
  return {
    async find(name) {
      const ofFile = files.sequence(name);
      if (ofFile) return ofFile;
      const stored = await readStored(documents(), name);
      return stored && sequenceOf(stored);
    },
    list: async () => (await gather(files, documents())).sequences,
    async module(name) {
      const { modules, faults } = commands();
      const found = inCode.get(name) ?? modules.find((module) => module.name === name);
      if (found) return found;
      // Of a file that is no JSON nobody knows what it has.
      const about = faults.filter(({ path }) => path === "" || path === name || path.startsWith(`${name}.`));
      if (about.length > 0) throw new FaultyFileError(about.map(noModule).join("; "));
      return undefined;
    },
    modules: async () => [...inCode.values(), ...commands().modules],
    confFile: (name) => files.confFile(name),
    faults: async () => [...(await gather(files, documents())).faults, ...commands().faults],
  };
}
