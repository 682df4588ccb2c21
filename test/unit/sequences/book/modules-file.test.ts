import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineModule } from "../../../../engine/define/module.ts";
import { bookWith } from "./app-folder.ts";

/** The command that a `cmd` comes to, and the files that it needs, by their names. */
async function commandOf(cmd: unknown, more: object = {}): Promise<unknown> {
  const { book, folder } = bookWith({
    "modules.json": { it: { cmd, ...more } },
    "it.sh": "",
    "modules/it.py": "",
    "modules/lib/help.py": "",
    "a b.mjs": "",
  });
  const faults = (await book.faults()).map(({ path, message }) => `${path}: ${message}`);
  if (faults.length > 0) return faults;
  const module = await book.module("it");
  if (module?.kind !== "command") throw new Error("there is no command");
  const files = [...module.files].map(([name, file]) => [name, path.relative(folder, file)]);
  return { command: module.command, files: Object.fromEntries(files) };
}

describe("modules.json", () => {
  it.each([
    ["./it.sh", ["bash", "./it.sh"], { "it.sh": "it.sh" }],
    [
      "./it.py --fast 'two words'",
      ["python3", "./it.py", "--fast", "two words"],
      { "it.py": "modules/it.py" },
    ],
    ["sh ./it.sh", ["sh", "./it.sh"], { "it.sh": "it.sh" }],
    ['node "a b.mjs"', ["node", "./a b.mjs"], { "a b.mjs": "a b.mjs" }],
    [["./it.sh", "; rm -rf /"], ["bash", "./it.sh", "; rm -rf /"], { "it.sh": "it.sh" }],
    ["/usr/bin/jq -c .", ["/usr/bin/jq", "-c", "."], {}],
    ["/usr/bin/awk -f ./it.sh", ["/usr/bin/awk", "-f", "./it.sh"], { "it.sh": "it.sh" }],
    ["bash -c 'echo $1' it.sh", ["bash", "-c", "echo $1", "it.sh"], {}],
    ["python -u ./it.py", ["python3", "-u", "./it.py"], { "it.py": "modules/it.py" }],
    ["python3 it.py --to ../x", undefined, "it: ../x is outside of the app's folder"],
    ["python3 /opt/it.py", ["python3", "/opt/it.py"], {}],
    ["./lib/help.py", ["python3", "./lib/help.py"], { "lib/help.py": "modules/lib/help.py" }],
    [["node", "a b.mjs", ""], ["node", "./a b.mjs", ""], { "a b.mjs": "a b.mjs" }],
  ])("knows how to run %j", async (cmd, command, files) => {
    expect(await commandOf(cmd)).toEqual(command === undefined ? [files] : { command, files });
  });

  it("brings what a script needs beside it", async () => {
    expect(await commandOf("./it.py", { files: ["./lib/help.py"] })).toMatchObject({
      files: { "it.py": "modules/it.py", "lib/help.py": "modules/lib/help.py" },
    });
  });

  it.each([
    ["./missing.sh", "it: there is no file ./missing.sh beside modules.json, nor in modules/"],
    ["../it.sh", "it: ../it.sh is outside of the app's folder"],
    ["./it", "it: what runs ./it? It ends with none of"],
    ["python3", "it: its cmd names no script behind python3"],
    ["awk -f ./it.sh", "it: what runs awk? It ends with none of"],
    ["./lib", "it: what runs ./lib?"],
    ["bash ./lib/", 'it: "./lib/" is no path of a file'],
    ["./it.sh ./lib", "it: there is no file ./lib beside"],
    ["python3 ./it.py \u0000", "it: its cmd has a character that no argument has"],
    [3, "it.cmd: must be a text of at most 2000 characters, or a list of at most 100 words"],
    [[], "it.cmd: Too small"],
    ["", "it.cmd: Too small"],
    ['./it.sh "a', "it: its cmd has a quote that does not end"],
  ])("says what is wrong with %j", async (cmd, fault) => {
    expect(await commandOf(cmd)).toEqual([expect.stringContaining(fault)]);
  });

  it("names the place of each fault, and takes no other module with it", async () => {
    const { book } = bookWith({
      "modules.json": {
        $schema: "docs/schemas/modules.schema.json",
        It: { cmd: "./it.sh" },
        typo: { cmd: "./it.sh", flies: [] },
        helped: { cmd: "./it.sh", files: ["./none.txt"] },
        it: { cmd: "./it.sh" },
      },
      "it.sh": "",
    });
    expect((await book.modules()).map(({ name }) => name)).toEqual(["it"]);
    const faults = (await book.faults()).map(({ file, path, message }) => `${file}|${path}|${message}`);
    expect(faults).toEqual([
      expect.stringMatching(/^modules.json\|It\|modules are named/),
      'modules.json|typo|Unrecognized key: "flies"',
      "modules.json|helped|there is no file ./none.txt beside modules.json, nor in modules/",
    ]);
    await expect(book.module("typo")).rejects.toThrow('typo: Unrecognized key: "flies"');
    expect(await book.module("none")).toBeUndefined();
  });

  it("leaves the other modules alone where one is faulty, and is read again when it changes", async () => {
    const { book, write } = bookWith({
      "modules.json": { bad: { cmd: "./no.sh" }, it: { cmd: "./it.sh" } },
      "it.sh": "",
    });
    expect((await book.modules()).map(({ name }) => name)).toEqual(["it"]);
    write("modules.json", { it: { cmd: "./it.sh" }, more: { cmd: "bash ./it.sh" } });
    expect((await book.modules()).map(({ name }) => name)).toEqual(["it", "more"]);
    write("modules.json", "{");
    expect(await book.modules()).toEqual([]);
    expect(await book.faults()).toEqual([
      { file: "modules.json", path: "", message: "is not JSON: line 1, column 2" },
    ]);
    await expect(book.module("it")).rejects.toThrow("modules.json is not JSON");
  });

  it("does not take the name of a module in TypeScript", async () => {
    const own = defineModule({ name: "it", config: z.object({}), run: async () => {} });
    const { book } = bookWith({ "modules.json": { it: { cmd: "./it.sh" } }, "it.sh": "" }, [own]);
    expect(await book.module("it")).toBe(own);
    expect(await book.faults()).toEqual([
      { file: "modules.json", path: "it", message: "a module in TypeScript has that name, and stands" },
    ]);
  });
});
