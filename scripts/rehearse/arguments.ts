import { parseArgs } from "node:util";
import { parseTime } from "../../functions/api/list.ts";

/** What `npm run rehearse` is asked to do. */
export interface RehearsalArguments {
  readonly endpoint: string;
  readonly key: string | undefined;
  readonly database: string | undefined;
  readonly blob: string | undefined;
  readonly rule: string | undefined;
  readonly entity: string | undefined;
  /** Keys of entities. */
  readonly keys: readonly string[] | undefined;
  readonly since: string | undefined;
  readonly until: string | undefined;
  /** Most entities. */
  readonly limit: number;
  readonly json: boolean;
  readonly failOnDifference: boolean;
}

/** The text of `--help`. */
export const HELP = `usage: npm run rehearse -- --endpoint URL [options]

Runs the rules of this working tree on the events that a store has recorded, and says which documents, fields and
deliveries would differ. Writes nothing, sends nothing: a key that may only read will do. Personal values are masked.

  --endpoint URL     address of the Cosmos DB account, or of its stand-in
  --key KEY          its key (default: COSMOS_KEY of the environment, else the identity of this process,
                     over https alone)
  --database NAME    default: caudal
  --blob ACCOUNT     the storage account, where large records lie: a connection string, or its address for the
                     identity of this process. Without it, entities with such records are left out and counted
  --rule NAME        the events that this rule takes, and those that it took; others as far as the rules are the same
  --entity NAME      the entities of this document
  --keys A,B         these entities: keys (customer|CC-1020), or ids with --entity
  --since, --until T recorded from then on, and before then: a date, or a time with an offset
  --limit N          at most so many entities, in the order of their keys
  --json             the result as JSON
  --fail-on-difference  exit 1 where something would differ
  --help             this text

Exit: 0; 1 with --fail-on-difference where something would differ; 2 for wrong use, which is also a key of which
nothing is recorded, and --fail-on-difference where nothing is in scope; 3 where the store fails.
`;

/** Reads the arguments; "help" where they ask for it. Throws an Error that says what is wrong with them. */
export function readArguments(args: readonly string[], env: NodeJS.ProcessEnv): RehearsalArguments | "help" {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      endpoint: text,
      key: text,
      database: text,
      blob: text,
      rule: text,
      entity: text,
      keys: text,
      since: text,
      until: text,
      limit: text,
      json: flag,
      "fail-on-difference": flag,
      help: flag,
    },
  });
  if (values.help) return "help";
  const { endpoint, database, blob, rule, entity } = values;
  if (endpoint === undefined || !URL.canParse(endpoint))
    throw new Error("--endpoint must be the URL of a store");
  const key = values.key ?? (env["COSMOS_KEY"] || undefined);
  if (key === undefined && !endpoint.toLowerCase().startsWith("https:"))
    throw new Error("give --key (or COSMOS_KEY): an identity is taken over https alone");
  const keys = values.keys === undefined ? undefined : keysOf(values.keys, entity);
  const since = timeOf("--since", values.since);
  const until = timeOf("--until", values.until);
  if (since !== undefined && until !== undefined && since >= until)
    throw new Error("--until must be after --since");
  return {
    endpoint,
    key,
    database,
    blob,
    rule,
    entity: keys === undefined ? entity : undefined,
    keys,
    since,
    until,
    limit: limitOf(values.limit),
    json: values.json,
    failOnDifference: values["fail-on-difference"],
  };
}

function keysOf(list: string, entity: string | undefined): readonly string[] {
  const keys = list
    .split(",")
    .filter((each) => each !== "")
    .map((each) => (each.includes("|") || entity === undefined ? each : `${entity}|${each}`));
  const bad = keys.find((key) => key.indexOf("|") < 1);
  if (bad !== undefined)
    throw new Error(`--keys: "${bad}" is no key; write <document>|<id>, or give --entity`);
  if (keys.length === 0) throw new Error("--keys must name at least one entity");
  return keys;
}

function timeOf(option: string, text: string | undefined): string | undefined {
  const time = text === undefined ? undefined : parseTime(text);
  if (text !== undefined && time === undefined) {
    throw new Error(`${option} must be a date, or an ISO 8601 time with an offset: 2026-03-02T09:00:00Z`);
  }
  return time;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new Error("--limit must be a whole number from 1 on");
  return limit;
}
