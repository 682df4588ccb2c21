/** Programs that may run a script, and the endings of the files that each runs. */
export const INTERPRETERS = {
  node: [".mjs", ".js", ".ts"],
  python3: [".py"],
  bash: [".sh"],
  sh: [".sh"],
} satisfies Record<string, readonly string[]>;

/** A program that may run a script. */
export type Interpreter = keyof typeof INTERPRETERS;

/** Other names by which they are called. */
const ALIASES = new Map<string, Interpreter>([
  ["python", "python3"],
  ["nodejs", "node"],
]);

/** The program that a word names; undefined where it is none of them. */
export function interpreterNamed(word: string): Interpreter | undefined {
  return ALIASES.get(word) ?? (Object.hasOwn(INTERPRETERS, word) ? (word as Interpreter) : undefined);
}
