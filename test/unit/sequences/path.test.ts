import path from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { pathOf } from "../../../engine/sequences/path.ts";

it.each([
  ["/var/etl/a.csv", { kind: "local", path: "./var/etl/a.csv" }],
  ["var//etl/./a.csv", { kind: "local", path: "./var/etl/a.csv" }],
  ["-rf", { kind: "local", path: "./-rf" }],
  ["a b; $(c)", { kind: "local", path: "./a b; $(c)" }],
  ["blob://out/a/b.csv", { kind: "blob", container: "out", name: "a/b.csv" }],
  ["https://x.example/a?b=c", { kind: "web", url: "https://x.example/a?b=c" }],
])("%s is known", (text, place) => {
  expect(pathOf(text)).toEqual(place);
});

it.each([
  ["a\nb", /character/],
  ["a\u0000", /character/],
  ["\ud800", /character/],
  ["ftp://x/a", /scheme ftp/],
  ["file:///etc/passwd", /scheme file/],
  ["../a", /\.\./],
  ["/var/../../a", /\.\./],
  ["/", /names no file/],
  ["a/", /names no file/],
  ["blob://caudal/a", /Caudal's own/],
  ["blob://out", /not blob:\/\/container\/path/],
  ["blob://OUT/a", /not blob:\/\/container\/path/],
  ["http://", /no address/],
  ["a".repeat(201), /200 bytes/],
])("%j is none, and says why", (text, fault) => {
  expect(pathOf(text)).toEqual({ fault: expect.stringMatching(fault) });
});

it("keeps every local path below the run's folder, as an argument that is no option, and stays where it is", () => {
  const name = fc.oneof(fc.constantFrom("..", ".", "", "-x", "~", "a", "a:", "//"), fc.string());
  fc.assert(
    fc.property(fc.array(name, { maxLength: 6 }), (names) => {
      const found = pathOf(names.join("/"));
      if ("fault" in found || found.kind !== "local") return;
      expect(found.path).toMatch(/^\.\//);
      expect(path.posix.join("/run", found.path)).toBe(path.posix.resolve("/run", found.path));
      expect(path.posix.resolve("/run", found.path).startsWith("/run/")).toBe(true);
      expect(pathOf(found.path)).toEqual(found);
    }),
    { numRuns: 1_000 },
  );
});
