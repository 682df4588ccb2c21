import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineModule, type ModuleDefinition } from "../../../../engine/define/module.ts";
import { checkSequence } from "../../../../engine/sequences/book/check-sequence.ts";
import { openBook } from "../../../../engine/sequences/book/open-book.ts";
import { store } from "../../../../engine/sequences/book/stored-sequence.ts";
import { memoryPorts } from "../../sync/memory-ports.ts";
import { bookWith, storedDocuments } from "./app-folder.ts";

const ROOT = path.join(import.meta.dirname, "../../../..");

describe("the sequences of an app's folder", () => {
  it("are its files, as a list of steps or as an object, but not the configurations beside them", async () => {
    const { book } = bookWith({
      "etl_sequences/list.json": [{ module_name: "a" }],
      "etl_sequences/object.json": { steps: [{ module_name: "a" }], schedule: "0 0 3 * * *" },
      "etl_sequences/conf.json": { delimiter: ";" },
      "etl_sequences/history.json": [{ op: "core/column-removal" }],
    });
    expect((await book.list()).map(({ name, from }) => [name, from])).toEqual([
      ["list", "file"],
      ["object", "file"],
    ]);
    expect(await book.find("conf")).toBeUndefined();
    expect(book.confFile("conf.json")).toMatch(/etl_sequences\/conf\.json$/);
    for (const name of ["none.json", "../modules.json", ".", "a/b.json"])
      expect(book.confFile(name)).toBeUndefined();
  });

  it("are told of where they are faulty, and take no others with them", async () => {
    const { book, write } = bookWith({
      "etl_sequences/good.json": [{ module_name: "a" }],
      "etl_sequences/bad.json": [{ module_name: "A B" }],
      "etl_sequences/worse.json": "[",
    });
    expect((await book.list()).map(({ name }) => name)).toEqual(["good"]);
    await expect(book.find("bad")).rejects.toThrow("etl_sequences/bad.json is no sequence");
    await expect(book.find("worse")).rejects.toThrow("worse.json is not JSON");
    write("etl_sequences/bad.json", [{ module_name: "b" }]);
    expect((await book.find("bad"))?.plan.steps[0]?.module_name).toBe("b");
  });

  it("are told of with file and place where they cannot be used", async () => {
    const { book, documents } = bookWith({
      "etl_sequences/good.json": [{ module_name: "a", conf: "plain.json" }],
      "etl_sequences/plain.json": "delimiter: ;",
      "etl_sequences/bad.json": [{ module_name: "a", retries: -1 }],
      "etl_sequences/Big Name.json": [{ module_name: "a" }],
      "etl_sequences/cut.json": '[\n  {"module_name": "a"',
      "etl_sequences/one.json": { steps: [{ module_name: "a" }], after: "two" },
      "etl_sequences/two.json": { steps: [{ module_name: "a" }], after: "one" },
      "etl_sequences/three.json": { steps: [{ module_name: "a" }], after: "two" },
    });
    const stored = { file: [{ module_name: "a" }], storedAt: "2026-01-02T00:00:00.000Z", storedBy: "ana" };
    await store(documents, { name: "good", ...stored });
    await store(documents, { name: "bad", ...stored });
    await store(documents, { name: "mine", ...stored });
    await store(documents, { name: "odd", ...stored, file: [{ module: "a" }] });
    expect((await book.list()).map(({ name, from }) => `${name} ${from}`)).toEqual([
      "good file",
      "mine api",
      "three file",
    ]);
    const faults = (await book.faults()).map(({ file, path, message }) => `${file}|${path}|${message}`);
    expect(faults.map((fault) => fault.slice(0, 70)).toSorted()).toEqual([
      "etl_sequences/Big Name.json||is a sequence, whose file is to be named ",
      "etl_sequences/bad.json|0.retries|Too small: expected number to be >=0",
      "etl_sequences/cut.json||is not JSON: line 2, column 22",
      "etl_sequences/one.json|after|is not used: it comes back to it, one aft",
      "etl_sequences/two.json|after|is not used: it comes back to it, one aft",
      "sequence|bad||is not used: etl_sequences/bad.json has its name",
      "sequence|good||is not used: etl_sequences/good.json has its name",
      "sequence|odd|0.module_name|Invalid input: expected string, received un",
      'sequence|odd|0|Unrecognized key: "module"',
    ]);
    await expect(book.find("odd")).rejects.toThrow("sequence|odd is no sequence");
    await expect(book.find("bad")).rejects.toThrow("etl_sequences/bad.json is no sequence: 0.retries");
    expect((await book.find("good"))?.from).toBe("file");
  });

  it("have no two modules of one name", () => {
    const module = (): ModuleDefinition =>
      defineModule({ name: "it", config: z.object({}), run: async () => {} });
    expect(() => bookWith({}, [module(), module()])).toThrow('two modules are named "it"');
  });

  it("are none where there is no such folder", async () => {
    const { book } = bookWith({});
    expect([await book.list(), await book.modules(), await book.faults()]).toEqual([[], [], []]);
  });
});

describe("the example of three dummy modules", () => {
  const documents = storedDocuments(memoryPorts());
  const book = openBook({ folder: ROOT, modules: [], documents: () => documents });

  it("stands as its description has it", async () => {
    expect(JSON.parse(readFileSync(path.join(ROOT, "etl_sequences/dummy_etl.json"), "utf8"))).toEqual([
      { module_name: "dummy_extractor", input: "", output: "/var/etl/dummy_raw.csv", conf: "" },
      {
        module_name: "dummy_transformer",
        input: "/var/etl/dummy_raw.csv",
        output: "/var/etl/dummy_clean.csv",
        conf: "transformer_config.json",
      },
      { module_name: "dummy_loader", input: "/var/etl/dummy_clean.csv", output: "", conf: "" },
    ]);
    expect(JSON.parse(readFileSync(path.join(ROOT, "modules.json"), "utf8"))).toEqual({
      dummy_extractor: { cmd: "./dummy_extractor.sh" },
      dummy_transformer: { cmd: "./dummy_transformer.sh" },
      dummy_loader: { cmd: "./dummy_loader.sh" },
    });
  });

  it("is known, with its modules, and has nothing wrong", async () => {
    const plan = (await book.find("dummy_etl"))?.plan;
    expect(plan?.steps).toHaveLength(3);
    expect(await checkSequence("dummy_etl", plan, book)).toEqual({ plan, issues: [], warnings: [] });
    expect((await book.modules()).map(({ name }) => name)).toEqual([
      "dummy_extractor",
      "dummy_transformer",
      "dummy_loader",
    ]);
    expect(await book.faults()).toEqual([]);
  });
});
