import { statSync } from "node:fs";
import path from "node:path";
import { INTERPRETERS, type Interpreter, interpreterNamed } from "../../jobs/interpreters.ts";
import { faultOfPath } from "../../jobs/job-paths.ts";
import { wordsOf } from "../../jobs/words.ts";
import type { CommandModule } from "../book.ts";

/** A command as `modules.json` has it. */
export interface CommandEntry {
  readonly cmd: string | readonly string[];
  readonly files: readonly string[];
}

/**
 * The module that a command of `modules.json` comes to. Its script runs by its ending, unless a program stands before it;
 * it is looked for beside `modules.json` and then in `modules/`, like every word that begins with `./`, and is brought into
 * the folder of the job at the path that it has there.
 */
export function commandModule(
  name: string,
  { cmd, files }: CommandEntry,
  folder: string,
): CommandModule | { readonly fault: string } {
  const words = typeof cmd === "string" ? wordsOf(cmd) : cmd;
  if (!words) return { fault: "its cmd has a quote that does not end" };
  const odd = words.find((word) => word.includes("\0") || !word.isWellFormed());
  if (odd !== undefined) return { fault: "its cmd has a character that no argument has" };
  const command = programAndWords(words);
  if ("fault" in command) return command;
  const found = new Map<string, string>();
  const bring = (word: string): { readonly place: string } | { readonly fault: string } => {
    const at = placeOf(word, folder);
    if ("fault" in at) return at;
    found.set(at.place, at.file);
    return at;
  };
  const args: string[] = [];
  for (const [index, word] of command.args.entries()) {
    if (!isBeside(word, command.byInterpreter && index === 0)) {
      args.push(word);
      continue;
    }
    const brought = bring(word);
    if ("fault" in brought) return brought;
    args.push(`./${brought.place}`);
  }
  for (const file of files) {
    const brought = bring(file);
    if ("fault" in brought) return brought;
  }
  return { kind: "command", name, command: [command.program, ...args], files: found };
}

interface Words {
  readonly program: string;
  readonly args: readonly string[];
  /** The first of `args` is then its script, unless it is an option. */
  readonly byInterpreter: boolean;
}

function programAndWords(words: readonly string[]): Words | { readonly fault: string } {
  const [first = "", ...rest] = words;
  const named = interpreterNamed(first);
  if (named && rest.length === 0) return { fault: `its cmd names no script behind ${first}` };
  if (named) return { program: named, args: rest, byInterpreter: true };
  if (path.isAbsolute(first)) return { program: first, args: rest, byInterpreter: false };
  const program = interpreterOf(first);
  if (program) return { program, args: words, byInterpreter: true };
  const known = [...new Set(Object.values(INTERPRETERS).flat())].join(", ");
  return {
    fault: `what runs ${first}? It ends with none of ${known}: write ${Object.keys(INTERPRETERS).join(", ")} or the absolute path of a program before it`,
  };
}

/** What runs a script by its ending. */
function interpreterOf(script: string): Interpreter | undefined {
  const ending = path.posix.extname(script);
  const names = Object.keys(INTERPRETERS).flatMap((name) => interpreterNamed(name) ?? []);
  return names.find((name) => INTERPRETERS[name].some((known) => known === ending));
}

/** Whether a word names a file beside `modules.json`. */
function isBeside(word: string, script: boolean): boolean {
  if (/^\.\.?\//.test(word)) return true;
  return script && word !== "" && !word.startsWith("-") && !path.isAbsolute(word);
}

/** Where a file of a module is, and the path that it gets in the folder of the job. */
function placeOf(
  text: string,
  folder: string,
): { readonly place: string; readonly file: string } | { readonly fault: string } {
  const names = text.split("/").filter((name) => name !== ".");
  if (path.isAbsolute(text) || names.includes("..")) {
    return { fault: `${text} is outside of the app's folder` };
  }
  const place = names.filter((name) => name !== "").join("/");
  const fault = faultOfPath(place);
  if (fault !== undefined || text.endsWith("/")) {
    return {
      fault: `${JSON.stringify(text)} is no path of a file${fault === undefined ? "" : `: ${fault}`}`,
    };
  }
  const file = [folder, path.join(folder, "modules")]
    .map((base) => path.join(base, place))
    .find((each) => statSync(each, { throwIfNoEntry: false })?.isFile());
  return file === undefined
    ? { fault: `there is no file ${text} beside modules.json, nor in modules/` }
    : { place, file };
}
