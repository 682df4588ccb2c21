// npm run demo: a day of a small shop, played through the whole of Caudal over HTTP, and checked.
import { type DemoOptions, HELP, readArguments } from "./arguments.ts";
import { demo } from "./demo.ts";
import { interruption } from "./interruption.ts";

/** What shells expect of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: DemoOptions | undefined;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  const stop = interruption();
  try {
    return (await demo(options, stop.signal)) ? 0 : 1;
  } catch (error) {
    if (stop.signal.aborted) {
      process.stderr.write(`\n${(stop.signal.reason as Error).message}\n`);
      return INTERRUPTED;
    }
    process.stderr.write(`\n${explain(error)}\n`);
    return 1;
  } finally {
    stop.dispose();
  }
}

/** What an error and those behind it say; of a programming error, where it is too. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.name === "Error" ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\n  because: ${explain(error.cause)}`;
}
