import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultOfPath, faultOfPaths, foldersOf } from "../../../engine/jobs/job-paths.ts";

const segment = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "..",
    "...",
    "a",
    "a b",
    "größe",
    "\0",
    "\uD800",
    "\\",
    "\n",
    "~",
    "x".repeat(200),
    "é".repeat(101),
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const anyPath = fc.array(segment, { minLength: 1, maxLength: 14 }).map((names) => names.join("/"));

describe("a path below a job's folder", () => {
  it("is taken where it leads to one file below it, and nowhere else, as bytes too", () => {
    fc.assert(
      fc.property(anyPath, (place) => {
        if (faultOfPath(place) !== undefined) return;
        expect(path.posix.join("/job", place)).toBe(`/job/${place}`);
        expect(path.posix.join("/job", place)).not.toMatch(/\/$/);
        expect(place).not.toContain("\0");
        expect(Buffer.from(place).toString()).toBe(place);
        expect(Buffer.byteLength(place)).toBeLessThanOrEqual(2000);
        for (const name of place.split("/")) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
      { numRuns: 2000 },
    );
  });

  it("is refused only for its length, its characters, or a name that is none", () => {
    const plain = fc.string({ minLength: 1, maxLength: 50 }).filter((name) => !/^\.{1,2}$|\/|\0/.test(name));
    fc.assert(
      fc.property(fc.array(plain, { minLength: 1, maxLength: 9 }), (names) => {
        expect(faultOfPath(names.join("/"))).toBeUndefined();
      }),
    );
  });

  it.each([
    ["", "one of its names is empty"],
    ["/a", "one of its names is empty"],
    ["a/", "one of its names is empty"],
    ["a//b", "one of its names is empty"],
    ["a/../b", `one of its names is ".."`],
    [".", `one of its names is "."`],
    ["a\0b", "it has a NUL character"],
    ["a\uDC00", "it is not Unicode"],
    ["é".repeat(101), "one of its names has more than 200 bytes"],
    [Array.from({ length: 1001 }, () => "a").join("/"), "it has more than 2000 bytes"],
    ["é".repeat(100), undefined],
    [`${Array.from({ length: 999 }, () => "a").join("/")}/aa`, undefined],
    [".hidden/..x/x..", undefined],
  ])("is judged: %j", (place, fault) => {
    expect(faultOfPath(place)).toBe(fault);
  });

  it("has its folders made, each once and behind the one that it is in", () => {
    expect(foldersOf(["a/b/c", "d", "a/e", "a/b/f"])).toEqual(["a", "a/b"]);
  });
});

describe("the files of a job", () => {
  it.each([
    [{ files: ["a"], bring: ["b", "c/d"], keep: ["b", "c/e", "c/f/g"] }, undefined],
    [{ files: ["a/b"], bring: [], keep: [] }, `a job's file cannot be called "a/b"`],
    [{ files: ["a"], bring: ["a"], keep: [] }, `"a" would be two files of a job`],
    [{ files: ["a"], bring: ["a/b"], keep: [] }, `"a" would be a file of a job and a folder`],
    [{ files: [], bring: ["a"], keep: ["a/b/c"] }, `"a" would be a file of a job and a folder`],
    [{ files: [], bring: [], keep: ["a", "a/b"] }, `"a" would be a file of a job and a folder`],
    [{ files: [], bring: ["a/b/c"], keep: ["a/b"] }, `"a/b" would be a file of a job and a folder`],
    [
      { files: [], bring: [], keep: ["../a"] },
      `a job's folder cannot have a file "../a": one of its names is ".."`,
    ],
  ])("%j", (paths, fault) => {
    expect(faultOfPaths(paths)).toBe(fault);
  });
});
