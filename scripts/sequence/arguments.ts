import { parseArgs } from "node:util";
import { WHERE_OPTIONS, WHERE_USAGE, type Where, whereOf } from "../running/where.ts";
import { WrongUse } from "../wrong-use.ts";

/** What `--help` prints. */
export const USAGE = `usage: npm run sequence -- NAME [options]

Runs a sequence, and follows it to its end: a line for each step, and what the last one printed where it failed.

  --param N=VALUE  a parameter; as often as there are some
  --restart RUN    does an earlier run again instead, from --from on: what it wrote before that is used again
  --from STEP      the module or the number (from 0) of the step to begin at; default: the first that did not succeed
  --no-wait        only starts it, and prints the run's id
${WHERE_USAGE}  --help           shows this

Ctrl-C leaves the run at work: cancel it with --cancel RUN.
  --cancel RUN     has a run end

Exits with 0 if the run succeeded, 1 if it did not, and 2 if it could not be started.
`;

/** What was asked for on the command line. */
export type Asked = { readonly where: Where; readonly wait: boolean } & (
  | { readonly do: "start"; readonly name: string; readonly parameters: Readonly<Record<string, string>> }
  | { readonly do: "restart"; readonly run: string; readonly from: string | number | undefined }
  | { readonly do: "cancel"; readonly run: string }
);

/** Reads a command line; "help" where that is asked for. Throws a WrongUse. */
export function askedOf(args: readonly string[], env: NodeJS.ProcessEnv): Asked | "help" {
  const { values, positionals } = parsed(args);
  if (values.help) return "help";
  const [name, ...more] = positionals;
  if (more.length > 0) throw new WrongUse(`give one name: "${more.join(" ")}" is too much`);
  const { restart, cancel, from, param } = values;
  if ([name, restart, cancel].filter((each) => each !== undefined).length !== 1) {
    throw new WrongUse("give the name of a sequence, or --restart, or --cancel");
  }
  if (from !== undefined && restart === undefined) throw new WrongUse("--from goes with --restart");
  if (param.length > 0 && name === undefined) throw new WrongUse("--param goes with the name of a sequence");
  const asked = { where: whereOf(values, env), wait: !values["no-wait"] };
  if (restart !== undefined) {
    return { ...asked, do: "restart", run: restart, from: /^\d+$/.test(from ?? "") ? Number(from) : from };
  }
  if (cancel !== undefined) return { ...asked, do: "cancel", run: cancel };
  return { ...asked, do: "start", name: name ?? "", parameters: parametersOf(param) };
}

function parametersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new WrongUse(`--param ${text} is not NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...WHERE_OPTIONS,
        param: { type: "string", multiple: true, default: [] },
        restart: { type: "string" },
        from: { type: "string" },
        cancel: { type: "string" },
        "no-wait": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new WrongUse((error as Error).message);
  }
}
