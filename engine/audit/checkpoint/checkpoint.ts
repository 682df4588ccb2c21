import type { KeyObject } from "node:crypto";
import type { Documents } from "../../ports.ts";
import { isSignedBy, publicKeyOf, signText } from "./audit-key.ts";
import { canonicalJson } from "../canonical.ts";
import { type Head, headsUpTo } from "./heads.ts";
import { type Inclusion, MerkleTree, rootWith } from "./merkle.ts";

/** A signed statement of all that was recorded up to a time; docs/decisions/0010-checkpoints.md. */
export interface Checkpoint {
  readonly version: 1;
  /** Records up to this time are in it: ISO 8601. */
  readonly covers: string;
  /** How many entities have a record in it: the leaves of the tree. */
  readonly entities: number;
  /** How many records are in it. */
  readonly records: number;
  /** The root of the tree over the {@link Head} of each entity, in the order of keys, in hex. */
  readonly root: string;
  readonly algorithm: "Ed25519";
  /** SPKI in base64. */
  readonly publicKey: string;
  /** Over the canonical JSON of all of the above, in base64. */
  readonly signature: string;
}

/** That an entity's newest record is in a checkpoint. */
export interface InclusionProof extends Inclusion {
  readonly leaf: Head;
}

/** What was recorded up to a time, in one hash. */
export type Summary = Pick<Checkpoint, "entities" | "records" | "root">;

/**
 * How long before now a checkpoint ends, in milliseconds: so that a host whose clock is a little behind does not
 * record something later that it should have had.
 */
export const MARGIN_MS = 60_000;

/** What stands in the tree for a head: one line of JSON, always the same. */
export function leafOf({ key, sequence, hash }: Head): string {
  return canonicalJson({ key, sequence, hash });
}

/**
 * Signs what was recorded up to a time. With `key`, the proof that this entity's newest record is in it: undefined
 * where it has none. Reads key, sequence and hash of every record; memory stays flat.
 */
export async function makeCheckpoint(
  documents: Pick<Documents, "query">,
  signer: KeyObject,
  { covers, key }: { readonly covers: string; readonly key?: string | undefined },
): Promise<{ checkpoint: Checkpoint; proof: InclusionProof | undefined }> {
  const tree = new MerkleTree();
  let leaf: Head | undefined;
  const summary = await summarize(headsUpTo(documents, covers), tree, (head) => {
    if (head.key !== key) return false;
    leaf = head;
    return true;
  });
  const statement = {
    version: 1,
    covers,
    ...summary,
    algorithm: "Ed25519",
    publicKey: publicKeyOf(signer),
  } as const;
  const checkpoint = { ...statement, signature: signText(signer, canonicalJson(statement)) };
  const inclusion = tree.proof();
  return { checkpoint, proof: inclusion && leaf && { leaf, ...inclusion } };
}

/** The heads in one hash, as they are put into `tree`. */
export async function summarize(
  heads: AsyncIterable<Head>,
  tree = new MerkleTree(),
  isProven: (head: Head) => boolean = () => false,
): Promise<Summary> {
  let records = 0;
  for await (const head of heads) {
    records += head.sequence;
    tree.add(leafOf(head), isProven(head));
  }
  return { entities: tree.size, records, root: tree.root() };
}

/** Whether a checkpoint is signed by the key that it names. */
export function isSigned(checkpoint: Checkpoint): boolean {
  const { version, covers, entities, records, root, algorithm, publicKey, signature } = checkpoint;
  const statement = { version, covers, entities, records, root, algorithm, publicKey };
  return isSignedBy(publicKey, canonicalJson(statement), signature);
}

/** Whether a proof leads from its leaf to the root of a checkpoint. */
export function isProven({ leaf, ...inclusion }: InclusionProof, { entities, root }: Checkpoint): boolean {
  return rootWith(leafOf(leaf), inclusion, entities) === root;
}
