import { hash } from "node:crypto";

/**
 * A Merkle tree as RFC 6962 has it (https://www.rfc-editor.org/rfc/rfc6962#section-2.1), on SHA-256: a leaf is hashed
 * behind a byte 0, two nodes behind a byte 1. Leaves are added one by one; what is remembered is one hash for each bit
 * of their count.
 */
export class MerkleTree {
  #size = 0;
  /** Perfect subtrees from left to right, each larger than the next. */
  readonly #roots: Subtree[] = [];
  #index: number | undefined;
  readonly #path: string[] = [];

  /** How many leaves there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds the next leaf, UTF-8. `proven`: the one that {@link proof} is about; the first such counts. */
  add(leaf: string, proven = false): void {
    const mine = proven && this.#index === undefined;
    if (mine) this.#index = this.#size;
    this.#size += 1;
    let subtree: Subtree = { leaves: 1, root: leafHash(leaf), proven: mine };
    for (let left = this.#roots.at(-1); left?.leaves === subtree.leaves; left = this.#roots.at(-1)) {
      this.#roots.pop();
      subtree = joined(left, subtree, this.#path);
    }
    this.#roots.push(subtree);
  }

  /** The hash over all leaves in hex: of none, that of nothing. */
  root(): string {
    return this.#whole([])?.root.toString("hex") ?? hash("sha256", "");
  }

  /** Where the proven leaf stands, and the hashes that lead from it to the root; undefined where no leaf is proven. */
  proof(): Inclusion | undefined {
    if (this.#index === undefined) return undefined;
    const path = [...this.#path];
    this.#whole(path);
    return { index: this.#index, path };
  }

  #whole(path: string[]): Subtree | undefined {
    return this.#roots.reduceRight<Subtree | undefined>(
      (right, left) => (right ? joined(left, right, path) : left),
      undefined,
    );
  }
}

/** That a leaf is in a tree: its place, from 0, and the hashes of what stands beside it and what it is joined to, upwards. */
export interface Inclusion {
  readonly index: number;
  /** SHA-256 in hex. */
  readonly path: readonly string[];
}

/**
 * The root of the tree of `size` leaves in which a leaf is included as a proof says; undefined where there is none
 * (https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2).
 */
export function rootWith(leaf: string, { index, path }: Inclusion, size: number): string | undefined {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return undefined;
  let [place, last] = [index, size - 1];
  let root = leafHash(leaf);
  for (const beside of path) {
    if (last === 0) return undefined;
    const other = Buffer.from(beside, "hex");
    if (place % 2 === 1 || place === last) {
      root = nodeHash(other, root);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else root = nodeHash(root, other);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? root.toString("hex") : undefined;
}

interface Subtree {
  readonly leaves: number;
  readonly root: Buffer;
  /** The proven leaf is in it. */
  readonly proven: boolean;
}

/** Two subtrees as one; where one has the proven leaf, the other's root goes to its path. */
function joined(left: Subtree, right: Subtree, path: string[]): Subtree {
  if (left.proven) path.push(right.root.toString("hex"));
  if (right.proven) path.push(left.root.toString("hex"));
  return {
    leaves: left.leaves + right.leaves,
    root: nodeHash(left.root, right.root),
    proven: left.proven || right.proven,
  };
}

function leafHash(leaf: string): Buffer {
  return hash("sha256", Buffer.concat([Buffer.of(0), Buffer.from(leaf)]), "buffer");
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return hash("sha256", Buffer.concat([Buffer.of(1), left, right]), "buffer");
}

function half(number: number): number {
  return Math.floor(number / 2);
}
