import { parseArgs } from "node:util";
import { WHERE_OPTIONS, WHERE_USAGE, type Where, whereOf } from "../running/where.ts";
import { WrongUse } from "../wrong-use.ts";

/** What `--help` prints. */
export const USAGE = `usage: npm run etl:status [-- options]

Shows the runs of sequences as they go: at which step each is, how long it has been, how it ended. The table is drawn
anew every second until Ctrl-C; where the output is no terminal, it is printed once.

  --run RUN        the steps of one run, with the end of what each printed
  --sequence NAME  runs of one sequence
  --limit N        runs that are shown, the newest first (default 20, at most 100)
  --once           prints it once
  --json           prints it once, as JSON
${WHERE_USAGE}  --help           shows this
`;

/** What was asked for on the command line. */
export interface Asked {
  readonly where: Where;
  readonly run?: string | undefined;
  readonly sequence?: string | undefined;
  readonly limit: number;
  readonly once: boolean;
  readonly json: boolean;
}

/** Reads a command line; "help" where that is asked for. Throws a WrongUse. */
export function askedOf(args: readonly string[], env: NodeJS.ProcessEnv): Asked | "help" {
  const { help, limit: most, run, sequence, once, json, ...where } = parsed(args);
  if (help) return "help";
  const limit = Number(most);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new WrongUse(`--limit ${most} is not a whole number from 1 to 100`);
  }
  return { where: whereOf(where, env), run, sequence, limit, once, json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...WHERE_OPTIONS,
        run: { type: "string" },
        sequence: { type: "string" },
        limit: { type: "string", default: "20" },
        once: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}
