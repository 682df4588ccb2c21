import { createPublicKey } from "node:crypto";
import { parseArgs } from "node:util";
import { entityKey } from "../../engine/define/key.ts";
import { WrongUse } from "../wrong-use.ts";

/** What `--help` prints. */
export const USAGE = `usage: npm run audit:verify -- --endpoint URL [options]

Verifies the audit log in a Cosmos DB account from outside, with nothing but the right to read it: every hash chain,
and every document against its records. Writes nothing there.

  --endpoint URL      the account, as https://… or the one of the ready line of npm start
  --key KEY           its key, a read-only one will do; default: COSMOS_KEY of the environment, which no list of
                      processes shows, else the identity that Azure knows this process by
  --database NAME     default: caudal
  --blob ACCOUNT      where large records are: connection string, or https address with the identity; without it
                      their links are followed and their contents are not looked into
  --entity E --id I   one entity
  --since TIME        entities of which something was written since: a date, or an ISO 8601 time
  --checkpoint FILE   what GET /api/v1/audit/checkpoint once answered: whether anything recorded by then was altered
                      or removed since
  --public-key KEY    the base64 public key that must have signed it; without it the one in the file is trusted
  --heads FILE        writes the newest record of each entity there, a line each; where the file is there already and
                      is that of the checkpoint, names each entity that differs
  --json              the result as one line of JSON

Progress goes to stderr, the result to stdout. Exits with 0 if all of it holds, 1 if something is broken, and 2 if it
could not be verified: wrong options, a file that is none, a store that does not answer.
`;

/** What was asked for on the command line. */
export interface Options {
  readonly endpoint: string;
  readonly key?: string | undefined;
  readonly database?: string | undefined;
  readonly blob?: string | undefined;
  /** The key of the one entity. */
  readonly entity?: string | undefined;
  /** ISO 8601 UTC with milliseconds. */
  readonly since?: string | undefined;
  readonly checkpoint?: string | undefined;
  readonly publicKey?: string | undefined;
  readonly heads?: string | undefined;
  readonly json: boolean;
}

const text = { type: "string" } as const;
const OPTIONS = {
  endpoint: text,
  key: text,
  database: text,
  blob: text,
  entity: text,
  id: text,
  since: text,
  checkpoint: text,
  "public-key": text,
  heads: text,
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

/** Reads a command line; "help" where that is asked for. Throws a WrongUse. */
export function optionsOf(args: readonly string[], env: NodeJS.ProcessEnv): Options | "help" {
  const { "public-key": publicKey, entity, id, since, help, endpoint, ...rest } = parsed(args);
  if (help) return "help";
  if (endpoint === undefined) throw new WrongUse("give --endpoint: the address of the Cosmos DB account");
  if (!URL.canParse(endpoint)) throw new WrongUse(`--endpoint must be a URL, and "${endpoint}" is none`);
  if ((entity === undefined) !== (id === undefined)) throw new WrongUse("give --entity and --id, or neither");
  if (entity !== undefined && since !== undefined) {
    throw new WrongUse("give --entity and --id, or --since: one entity is verified whole");
  }
  if (publicKey !== undefined && rest.checkpoint === undefined) {
    throw new WrongUse("--public-key is that of a --checkpoint: give both");
  }
  const key = rest.key ?? (env["COSMOS_KEY"] || undefined);
  if (key === undefined && !endpoint.startsWith("https:")) {
    throw new WrongUse("give --key (or COSMOS_KEY): an identity is taken over https alone");
  }
  return {
    ...rest,
    endpoint,
    key,
    entity: entity === undefined || id === undefined ? undefined : entityKey(entity, id),
    since: since === undefined ? undefined : timeOf(since),
    publicKey: publicKey === undefined ? undefined : publicKeyOf(publicKey),
  };
}

function parsed(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"] {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new WrongUse((error as Error).message, { cause: error });
  }
}

/** The key as checkpoints write it. */
function publicKeyOf(given: string): string {
  const form = { format: "der", type: "spki" } as const;
  try {
    const key = createPublicKey({ key: Buffer.from(given, "base64"), ...form });
    if (key.asymmetricKeyType === "ed25519") return key.export(form).toString("base64");
  } catch {
    // No key at all.
  }
  throw new WrongUse("--public-key must be an Ed25519 public key: publicKey of a checkpoint, in base64");
}

function timeOf(given: string): string {
  const time = /^\d{4}-\d\d-\d\d(T.*(Z|[+-]\d\d:?\d\d))?$/i.test(given) ? Date.parse(given) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new WrongUse(`--since must be a date, or an ISO 8601 time with an offset: 2026-03-02T09:00:00Z`);
}
