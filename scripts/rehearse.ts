// npm run rehearse: what the rules of this working tree would have made of the events that a store has recorded. Reads
// alone.
import { rehearse } from "../engine/audit/rehearse/rehearse.ts";
import { countScope, ruleNamed, scopeOf } from "../engine/audit/rehearse/scope.ts";
import { differs, NO_TALLY, tallied, type Tally } from "../engine/audit/rehearse/tally.ts";
import { openBlobs, openStore } from "../engine/azure/open.ts";
import type { Blobs } from "../engine/ports.ts";
import app from "../functions/app.ts";
import { ruleHash } from "../functions/rule-hash.ts";
import { ruleHashes } from "./build.ts";
import { HELP, readArguments, type RehearsalArguments } from "./rehearse/arguments.ts";
import { counted, summaryOf } from "./rehearse/summary.ts";

/** Between two lines about progress, in milliseconds. */
const TELL_EVERY_MS = 2_000;

const READS_ALONE = async (): Promise<never> => {
  throw new Error("a rehearsal writes nothing");
};
/** Without a storage account: nothing is there. */
const NO_BLOBS: Blobs = {
  get: async () => undefined,
  stream: async () => undefined,
  uploadAddress: READS_ALONE,
  put: READS_ALONE,
  putStream: READS_ALONE,
  delete: READS_ALONE,
  list: async function* () {},
};

function wrongUse(message: string): never {
  process.stderr.write(`rehearse: ${message}. See --help.\n`);
  process.exit(2);
}

function asked(): RehearsalArguments {
  try {
    const given = readArguments(process.argv.slice(2), process.env);
    if (given !== "help") return checked(given);
    process.stdout.write(HELP);
    process.exit(0);
  } catch (error) {
    return wrongUse((error as Error).message);
  }
}

function checked(given: RehearsalArguments): RehearsalArguments {
  const { rule, entity, keys = [] } = given;
  const rules = [...app.rules.values()].map(({ name }) => name);
  if (rule !== undefined && !ruleNamed(rule, app)) {
    throw new Error(`there is no rule "${rule}"; there are ${rules.join(", ")}`);
  }
  const documents = [...app.documents.keys()];
  const unknown = [entity ?? [], ...keys.map((key) => key.slice(0, key.indexOf("|")))]
    .flat()
    .find((name) => !app.documents.has(name));
  if (unknown !== undefined) {
    throw new Error(`there is no document "${unknown}"; there are ${documents.join(", ")}`);
  }
  return given;
}

interface Ended {
  readonly result: Tally & { readonly rules: readonly object[] };
  /** The keys that were asked for and of which nothing is recorded. */
  readonly unknown: readonly string[];
}

async function run(given: RehearsalArguments): Promise<Ended> {
  const { rule, entity, keys, since, until, limit } = given;
  const { documents, close } = openStore(given);
  const blobs = given.blob === undefined ? NO_BLOBS : openBlobs(given.blob);
  // As built, so that what the same rules decided is known for theirs.
  const built = await ruleHashes();
  const hashOf = (each: Parameters<typeof ruleHash>[0]): string => built[each.name] ?? ruleHash(each);
  try {
    const scope = scopeOf({ rule, entity, entities: keys, since, until }, app);
    const total = await countScope(documents, scope);
    let tally = NO_TALLY;
    const unknown: string[] = [];
    let told = Date.now();
    for await (const each of rehearse({ app, ruleHash: hashOf, ports: { documents, blobs } }, scope)) {
      tally = tallied(tally, each);
      if (!("unreadable" in each) && each.entity.recorded.sequence === 0) unknown.push(each.key);
      if (Date.now() - told >= TELL_EVERY_MS) {
        told = Date.now();
        process.stderr.write(
          `${tally.events} of ${counted(total, "record")}, ${counted(tally.entities, "entity", "entities")}\n`,
        );
      }
      if (tally.entities + (tally.unreadable ?? 0) >= limit) break;
    }
    const rules = [...app.rules.values()]
      .filter(({ name }) => rule === undefined || name === rule)
      .map((each) => ({ name: each.name, hash: hashOf(each) }));
    return { result: { ...tally, rules }, unknown };
  } finally {
    await close();
  }
}

if (import.meta.main) {
  const given = asked();
  try {
    const { result, unknown } = await run(given);
    if (unknown.length > 0) wrongUse(`nothing is recorded of ${unknown.join(", ")}`);
    process.stdout.write(given.json ? `${JSON.stringify(result, null, 2)}\n` : summaryOf(result));
    if (given.failOnDifference && result.entities === 0) {
      wrongUse(
        result.unreadable === undefined
          ? "no record is in scope, so there is nothing to compare"
          : "no entity in scope could be read, so there is nothing to compare",
      );
    }
    process.exitCode = given.failOnDifference && differs(result) ? 1 : 0;
  } catch (error) {
    process.stderr.write(`rehearse: ${(error as Error).message}\n`);
    process.exitCode = 3;
  }
}
