import { INTERPRETERS, type Interpreter, interpreterNamed } from "../jobs/interpreters.ts";
import { wordsOf } from "../jobs/words.ts";

/** What runs a job: a program, its arguments, and the job's file among them. */
export interface Command {
  readonly program: Interpreter;
  readonly args: readonly string[];
}

/** Endings of a job's file. */
export const JOB_ENDINGS: readonly string[] = [...new Set(Object.values(INTERPRETERS).flat())];

/**
 * The command that a `job_execution_command` comes to for a job's file: an interpreter and words, in quotes where they
 * have spaces. Directly behind the interpreter may stand the file, as `{job}` or by its name; where it does not, it is put
 * there. No shell reads it. A fault says what is wrong with it.
 */
export function commandOf(text: string, fileName: string | undefined): Command | { readonly fault: string } {
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) return { fault: "has a character that nobody can type" };
  const words = wordsOf(text);
  if (!words) return { fault: "has a quote that does not end" };
  const [first = "", ...rest] = words;
  const program = interpreterNamed(first);
  if (!program) {
    return { fault: `must begin with one of ${Object.keys(INTERPRETERS).join(", ")}` };
  }
  const isFile = (word: string): boolean => word === "{job}" || word === fileName;
  if (rest.findIndex(isFile) > 0) {
    return { fault: "has words before the job's file: an interpreter takes no options here" };
  }
  const args = isFile(rest[0] ?? "") ? rest.slice(1) : rest;
  if (fileName === undefined) return { program, args };
  const [next = ""] = args;
  if (JOB_ENDINGS.some((ending) => next.endsWith(ending)) && !isFile(rest[0] ?? "")) {
    return { fault: `names the file ${next}, and the job is ${fileName}: write {job} instead` };
  }
  const endings = INTERPRETERS[program];
  if (!endings.some((ending) => fileName.endsWith(ending))) {
    return { fault: `${program} runs ${endings.join(", ")}, and the job is ${fileName}` };
  }
  return { program, args: [fileName, ...args] };
}
