import { expect, it } from "vitest";
import { z } from "zod";
import { defineApp, defineImport, type ImportDefinition } from "../../../engine/define/index.ts";

const importOf = (dataset: string, source = "list"): ImportDefinition =>
  defineImport({ dataset, source, row: z.object({}), events: () => [] });

it.each(["Contacts", "", "_datasets", "a-b", "a b", "a`b", "1st", "x".repeat(65)])(
  "an import of the dataset %j is refused: no table is named so",
  (dataset) => {
    expect(() => importOf(dataset)).toThrow(`import "${dataset}": datasets are named`);
  },
);

it.each(["List", "", "my list", "a_b", "x".repeat(49)])("an import of the source %j is refused", (source) => {
  expect(() => importOf("contacts", source)).toThrow(`import "contacts": the source "${source}" is not`);
});

it("is known by its dataset", () => {
  expect(importOf("x".repeat(64))).toMatchObject({ kind: "import", name: "x".repeat(64), source: "list" });
});

it("an app with two imports of one dataset is refused; two sources of one name are fine", () => {
  const define = (...imports: readonly ImportDefinition[]): (() => unknown) => {
    return () => defineApp({ documents: [], rules: [], imports });
  };
  expect(define(importOf("contacts"), importOf("contacts", "other"))).toThrow(
    /This app cannot start:\n- two imports read the dataset "contacts"/,
  );
  expect(define(importOf("contacts"), importOf("members"))).not.toThrow();
});

it("an app has no imports where it names none", () => {
  expect(defineApp({ documents: [], rules: [] }).imports).toEqual([]);
});
