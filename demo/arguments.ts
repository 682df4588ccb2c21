import { parseArgs } from "node:util";

/** How the demo is to be played. */
export interface DemoOptions {
  /** Customers that sign up in the CRM. */
  readonly customers: number;
  /** The same seed plays the same day. */
  readonly seed: number;
  /** Leave the data folder in place. */
  readonly keep: boolean;
}

/** Fewest customers: the cast of the story, and a few more. */
export const MIN_CUSTOMERS = 12;
/** Most customers: some minutes of work on two cores. */
export const MAX_CUSTOMERS = 5_000;
const MAX_SEED = 2 ** 32 - 1;

/** What `--help` prints. */
export const HELP = `Plays a day of a small shop through the whole of Caudal, and checks what came of it.

usage: npm run demo [-- options]

  --customers N   customers that sign up, ${MIN_CUSTOMERS} to ${MAX_CUSTOMERS} (120)
  --seed N        plays another day, 0 to ${MAX_SEED} (7); the same seed plays the same day
  --keep          keeps the data folder, and says where it is
  --help          prints this

Everything runs on this machine, on free ports and in a temporary folder, and is gone afterwards.
Exits 0 when every check holds, else 1 and names every difference.
`;

/** Reads the command line; undefined when it asks for help. Throws an Error that says what is wrong with it. */
export function readArguments(args: readonly string[]): DemoOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      customers: { type: "string", default: "120" },
      seed: { type: "string", default: "7" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    customers: wholeNumber("--customers", values.customers, MIN_CUSTOMERS, MAX_CUSTOMERS),
    seed: wholeNumber("--seed", values.seed, 0, MAX_SEED),
    keep: values.keep,
  };
}

function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new RangeError(`${option} must be a whole number from ${min} to ${max}, not "${text}"`);
  }
  return value;
}
