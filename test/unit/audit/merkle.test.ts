import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MerkleTree, rootWith } from "../../../engine/audit/checkpoint/merkle.ts";

const sha256 = (...parts: readonly (string | Buffer)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The tree of RFC 6962, 2.1, as its definition reads. */
function rootOf(leaves: readonly string[]): Buffer {
  const [only] = leaves;
  if (only === undefined) return sha256("");
  if (leaves.length === 1) return sha256("\u0000", only);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256("\u0001", rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

function treeOf(leaves: readonly string[], proven = -1): MerkleTree {
  const tree = new MerkleTree();
  for (const [index, leaf] of leaves.entries()) tree.add(leaf, index === proven);
  return tree;
}

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `ñ${index}`);

test("the root is that of the definition in RFC 6962, for each number of leaves", () => {
  for (let count = 0; count < 70; count++) {
    expect(treeOf(many(count)).root(), `${count} leaves`).toBe(rootOf(many(count)).toString("hex"));
  }
});

test("the root of the test vectors of Certificate Transparency is theirs", () => {
  // https://github.com/google/certificate-transparency: the empty tree, and that of one empty leaf.
  expect(treeOf([]).root()).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(treeOf([""]).root()).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
});

test("a proof leads from each leaf to the root, and from no other leaf, place or size", () => {
  for (let count = 1; count < 40; count++) {
    const leaves = many(count);
    for (const [index, leaf] of leaves.entries()) {
      const tree = treeOf(leaves, index);
      const proof = tree.proof();
      if (!proof) throw new Error("there is no proof");
      expect(proof.index).toBe(index);
      expect(proof.path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)));
      expect(rootWith(leaf, proof, count)).toBe(tree.root());
      expect(rootWith("another", proof, count)).not.toBe(tree.root());
      expect(rootWith(leaf, { ...proof, index: (index + 1) % (count + 1) }, count)).not.toBe(tree.root());
      expect(rootWith(leaf, { ...proof, path: [...proof.path, tree.root()] }, count)).toBeUndefined();
    }
  }
});

test("there is no proof of a leaf that was not added, nor of a place that is none", () => {
  expect(treeOf(many(3)).proof()).toBeUndefined();
  expect(rootWith("a", { index: 3, path: [] }, 3)).toBeUndefined();
  expect(rootWith("a", { index: -1, path: [] }, 1)).toBeUndefined();
  expect(rootWith("a", { index: 0.5, path: [] }, 1)).toBeUndefined();
});

test("another leaf, order or number of leaves is another root", () => {
  const words = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(words, fc.nat(), (leaves, at) => {
      const root = treeOf(leaves).root();
      const index = at % (leaves.length - 1);
      expect(treeOf(leaves.toSpliced(index, 1)).root()).not.toBe(root);
      expect(treeOf(leaves.with(index, "\u0000new")).root()).not.toBe(root);
      expect(treeOf([...leaves.slice(1), ...leaves.slice(0, 1)]).root()).not.toBe(root);
    }),
  );
});
