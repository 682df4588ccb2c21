import { readFileSync } from "node:fs";
import path from "node:path";
import { WrongUse } from "../wrong-use.ts";

/** Options of every command that speaks to a running Caudal, for `parseArgs`. */
export const WHERE_OPTIONS = {
  url: { type: "string" },
  token: { type: "string" },
  data: { type: "string", default: ".local" },
} as const;

/** What `--help` says of them. */
export const WHERE_USAGE = `  --url URL        another Caudal than the one that npm start runs here; default: CAUDAL_API_URL of the environment
  --token TOKEN    of an operator there; default: CAUDAL_TOKEN of the environment, which no list of processes shows
  --data DIR       the data folder that npm start runs on (default .local)
`;

/** A Caudal that runs, and a token for it. */
export interface Where {
  /** Without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/**
 * Which Caudal a command is for: the one that its options or the environment name, else the one that `npm start` runs
 * on the data folder. Throws a WrongUse that says what to do where there is none.
 */
export function whereOf(
  options: { readonly url?: string | undefined; readonly token?: string | undefined; readonly data: string },
  env: NodeJS.ProcessEnv,
): Where {
  const url = options.url ?? (env["CAUDAL_API_URL"] || undefined);
  if (url === undefined) return ofFolder(options.data, options.token);
  if (!URL.canParse(url)) throw new WrongUse(`--url must be a URL, and "${url}" is none`);
  const token = options.token ?? env["CAUDAL_TOKEN"];
  if (!token) throw new WrongUse(`give a token for ${url}: --token, or CAUDAL_TOKEN of the environment`);
  return { url: url.replace(/\/+$/, ""), token };
}

function ofFolder(folder: string, token: string | undefined): Where {
  const file = path.resolve(folder, "ready.json");
  try {
    const ready = JSON.parse(readFileSync(file, "utf8")) as { http: string; operatorToken: string };
    return { url: ready.http, token: token ?? ready.operatorToken };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new WrongUse(
      `nothing runs on ${path.resolve(folder)}: start it with npm start, or say which Caudal with --url`,
    );
  }
}
