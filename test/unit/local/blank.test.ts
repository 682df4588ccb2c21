import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blankDeleted } from "../../../infra/local/blob/blank.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "blank-"));
  mkdirSync(path.join(folder, "__blobstorage__"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const extent = (name: string): string => path.join(folder, "__blobstorage__", name);
const index = (value: unknown): void =>
  writeFileSync(path.join(folder, "__azurite_db_blob__.json"), JSON.stringify(value));

it("overwrites what no blob refers to, and nothing else", () => {
  writeFileSync(extent("a"), "gone-KEPT-gone-BLOCK-gone");
  writeFileSync(extent("b"), "all of it gone");
  const block = { persistency: { id: "a", offset: 15, count: 5 } };
  index({
    collections: [{ data: [{ persistency: { id: "a", offset: 5, count: 4 } }, { committed: [block] }] }],
  });
  expect(blankDeleted(folder)).toBe(5 + 6 + 5 + 14);
  expect(readFileSync(extent("a"), "latin1").replaceAll("\0", "_")).toBe("_____KEPT______BLOCK_____");
  expect(readFileSync(extent("b")).every((byte) => byte === 0)).toBe(true);
  expect(blankDeleted(folder)).toBe(0);
});

it("touches nothing while there is no index to say what is in use", () => {
  writeFileSync(extent("a"), "who knows");
  expect(blankDeleted(folder)).toBe(0);
  expect(readFileSync(extent("a"), "utf8")).toBe("who knows");
});
