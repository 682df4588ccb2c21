import { z } from "zod";
import { conditionOf } from "../../condition.ts";
import type { Documents } from "../../ports.ts";
import {
  type Checkpoint,
  type InclusionProof,
  isProven,
  isSigned,
  summarize,
  type Summary,
} from "./checkpoint.ts";
import { comparingHeads, type HeadDifference } from "./compare-heads.ts";
import { type Head, headsUpTo } from "./heads.ts";

const hex = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits");
const count = z.int().nonnegative();

/** Says what a head is. */
export const head: z.ZodType<Head> = z.object({ key: z.string(), sequence: count, hash: z.string() });

/** Says what a checkpoint is, as the API answers it. */
export const checkpoint: z.ZodType<Checkpoint & { readonly proof?: InclusionProof | undefined }> = z.object({
  version: z.literal(1),
  covers: z.iso.datetime({ precision: 3 }),
  entities: count,
  records: count,
  root: hex,
  algorithm: z.literal("Ed25519"),
  publicKey: z.string(),
  signature: z.string(),
  proof: z.object({ leaf: head, index: count, path: z.array(hex).max(64) }).optional(),
});

/** What came of holding a store against a checkpoint. */
export interface CheckedCheckpoint {
  readonly covers: string;
  /** How many it says that there were. */
  readonly entities: number;
  readonly records: number;
  /** Signed by the key that was to be; else the rest was not looked at. */
  readonly signed: boolean;
  /** Whether the key is the one that was asked for, or what the checkpoint itself says. */
  readonly key: "pinned" | "its own";
  /** Whether what is recorded up to then is what was recorded then. */
  readonly holds: boolean;
  /** What is recorded up to then, now; missing where one entity was looked at by its proof. */
  readonly now?: Summary;
  /** Entities that are not as they were, where the heads of then are known; {@link MAX_DIFFERENCES} at most. */
  readonly differences?: readonly HeadDifference[];
  /** How many more differ. */
  readonly more?: number;
}

/** Most entities that are listed as differing; all are counted. */
export const MAX_DIFFERENCES = 100;

/** Against what to hold a store. */
export interface Against {
  readonly checkpoint: Checkpoint & { readonly proof?: InclusionProof | undefined };
  /** The key that must have signed it: SPKI in base64. */
  readonly publicKey?: string | undefined;
  /** One entity: where the checkpoint has the proof of it, nothing else is read. */
  readonly entity?: string | undefined;
  /** The heads of then, in the order of their keys. */
  readonly heads?: AsyncIterable<Head> | undefined;
  /** Is told of each head of now, in the order of keys. */
  readonly keep?: ((head: Head) => Promise<void>) | undefined;
}

/**
 * Holds a store against a checkpoint: whether it is signed, and whether what is recorded up to the time that it covers
 * is what was recorded then. That records say what their hashes say is for verifying to tell.
 */
export async function checkCheckpoint(
  documents: Pick<Documents, "query">,
  { checkpoint: asked, publicKey, entity, heads, keep }: Against,
): Promise<CheckedCheckpoint> {
  const { covers, entities, records, proof } = asked;
  const signed = isSigned(asked) && (publicKey === undefined || publicKey === asked.publicKey);
  const key = publicKey === undefined ? ("its own" as const) : ("pinned" as const);
  const told = { covers, entities, records, signed, key };
  if (!signed) return { ...told, holds: false };
  if (proof && entity === proof.leaf.key) {
    return { ...told, holds: isProven(proof, asked) && (await isRecorded(documents, proof.leaf)) };
  }
  const differences: HeadDifference[] = [];
  let count = 0;
  const now = headsUpTo(documents, covers);
  const compared = heads
    ? comparingHeads(now, heads, (difference) => {
        count += 1;
        if (count <= MAX_DIFFERENCES) differences.push(difference);
      })
    : now;
  const summary = await summarize(keep ? telling(compared, keep) : compared);
  return {
    ...told,
    holds: summary.root === asked.root && summary.entities === entities && summary.records === records,
    now: summary,
    ...(heads ? { differences } : {}),
    ...(count > differences.length ? { more: count - differences.length } : {}),
  };
}

/** Heads as they go by, each told first. */
export async function* telling(
  heads: AsyncIterable<Head>,
  tell: (head: Head) => Promise<void>,
): AsyncGenerator<Head> {
  for await (const each of heads) {
    await tell(each);
    yield each;
  }
}

/** Whether a record is still there, with this hash. */
async function isRecorded(
  { query }: Pick<Documents, "query">,
  { key, sequence, hash }: Head,
): Promise<boolean> {
  const { text, parameters } = conditionOf(
    ["c.kind = 'audit'"],
    ["c.sequence = @sequence", sequence],
    ["c.hash = @hash", hash],
  );
  const page = await query("unified", {
    text: `SELECT c.id FROM c WHERE ${text}`,
    parameters,
    partition: key,
  });
  return page.items.length === 1;
}
