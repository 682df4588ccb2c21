import { readFile } from "node:fs/promises";
import { brokenIn, NOTHING_VERIFIED, type Verified } from "../../engine/audit/verify/break.ts";
import {
  checkCheckpoint,
  type CheckedCheckpoint,
  checkpoint as checkpointShape,
  telling,
} from "../../engine/audit/checkpoint/check-checkpoint.ts";
import { MARGIN_MS, summarize } from "../../engine/audit/checkpoint/checkpoint.ts";
import { headsUpTo } from "../../engine/audit/checkpoint/heads.ts";
import { verifyEntities, withEntity } from "../../engine/audit/verify/verify.ts";
import type { Shelf } from "../../engine/audit/verify/verify-entity.ts";
import { openBlobs, openStore } from "../../engine/azure/open.ts";
import { hasHeads, headsIn, writeHeads } from "./heads-file.ts";
import { WrongUse } from "../wrong-use.ts";
import { type Options, optionsOf, USAGE } from "./options.ts";
import { counted, heldBeside, type Outcome, reportOf } from "./report.ts";

/** How often progress is told, in milliseconds. */
const PROGRESS_MS = 5_000;

/** What a call of the program comes to. */
export interface Ended {
  /** 0: whole, 1: broken, 2: it could not be verified. */
  readonly code: 0 | 1 | 2;
  /** For stdout, and for stderr. */
  readonly out: string;
  readonly error: string;
}

/** Does what a command line asks for, and tells of its progress meanwhile. Throws nothing. */
export async function verifyFromOutside(
  args: readonly string[],
  tell: Tell,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  try {
    const options = optionsOf(args, env);
    if (options === "help") return { code: 0, out: USAGE, error: "" };
    const outcome = await run(options, tell);
    const out = `${options.json ? JSON.stringify(outcome) : reportOf(outcome)}\n`;
    return { code: outcome.whole ? 0 : 1, out, error: "" };
  } catch (error) {
    const [line] = (error as Error).message.split("\n");
    const hint = error instanceof WrongUse ? " (--help says more)" : "";
    return { code: 2, out: "", error: `audit:verify: ${line}${hint}\n` };
  }
}

type Tell = (progress: string) => void;

async function run(options: Options, tell: Tell): Promise<Outcome> {
  const { endpoint, key, database, blob, heads } = options;
  const asked = options.checkpoint === undefined ? undefined : await checkpointIn(options.checkpoint);
  if (heads !== undefined && !asked && hasHeads(heads)) {
    throw new WrongUse(`${heads} is there already: give the --checkpoint that it is of, or another name`);
  }
  const store = openStore({ endpoint, key, database });
  try {
    const shelf = { documents: store.documents, blobs: blob === undefined ? undefined : blobsOf(blob) };
    const verified = await verify(shelf, options, tell);
    const held = asked && (await hold(shelf, asked, options, tell));
    const written = heads !== undefined && !asked ? await keepHeads(shelf, heads) : undefined;
    return {
      whole: brokenIn(verified) === 0 && (held?.holds ?? true),
      verified,
      ...(held ? { checkpoint: heldBeside(verified, held) } : {}),
      ...(written ? { heads: written } : {}),
    };
  } finally {
    await store.close();
  }
}

async function verify(shelf: Shelf, { entity, since, checkpoint }: Options, tell: Tell): Promise<Verified> {
  let verified = NOTHING_VERIFIED;
  const telling = setInterval(() => {
    const { entities, records } = verified;
    tell(`${counted(records, "record")} of ${counted(entities, "entity")}, ${brokenIn(verified)} broken`);
  }, PROGRESS_MS);
  try {
    for await (const one of verifyEntities(shelf, { key: entity, since }))
      verified = withEntity(verified, one);
  } finally {
    clearInterval(telling);
  }
  // A checkpoint may know that there was something.
  if (entity !== undefined && verified.entities === 0 && checkpoint === undefined)
    throw new WrongUse(`nothing was recorded of ${entity}`);
  return verified;
}

type Asked = Awaited<ReturnType<typeof checkpointIn>>;

/** Holds the store against a checkpoint; its heads are compared where a file has them, and else kept where all holds. */
async function hold(
  { documents }: Shelf,
  asked: Asked,
  { publicKey, entity, heads: file }: Options,
  tell: Tell,
): Promise<CheckedCheckpoint> {
  const against = { checkpoint: asked, publicKey, entity };
  tell(`holding it against the checkpoint of ${asked.covers}`);
  if (file === undefined) return checkCheckpoint(documents, against);
  if (hasHeads(file)) {
    const { root } = await summarize(headsIn(file));
    if (root !== asked.root) throw new WrongUse(`the heads in ${file} are not those of the checkpoint`);
    return checkCheckpoint(documents, { ...against, entity: undefined, heads: headsIn(file) });
  }
  const writing = await writeHeads(file);
  const held = await checkCheckpoint(documents, { ...against, entity: undefined, keep: writing.add }).catch(
    async (error: unknown) => {
      await writing.discard();
      throw error;
    },
  );
  // Heads of another root would accuse the wrong ones later.
  await (held.holds ? writing.keep() : writing.discard());
  return held;
}

async function keepHeads({ documents }: Shelf, file: string): Promise<Outcome["heads"]> {
  const covers = new Date(Date.now() - MARGIN_MS).toISOString();
  const writing = await writeHeads(file);
  try {
    const summary = await summarize(telling(headsUpTo(documents, covers), writing.add));
    await writing.keep();
    return { covers, ...summary };
  } catch (error) {
    await writing.discard();
    throw error;
  }
}

async function checkpointIn(file: string): Promise<ReturnType<typeof checkpointShape.parse>> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new WrongUse(`${file} cannot be read: ${(error as Error).message}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new WrongUse(`${file} is not JSON`, { cause: error });
  }
  const parsed = checkpointShape.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new WrongUse(`${file} is no checkpoint: ${issue?.path.join(".")}: ${issue?.message}`);
}

function blobsOf(account: string): ReturnType<typeof openBlobs> {
  try {
    return openBlobs(account);
  } catch (error) {
    throw new WrongUse(
      `--blob is neither a connection string nor an https address: ${(error as Error).message}`,
    );
  }
}
